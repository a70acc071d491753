declare module 'sql.js' {
  const initSqlJs: import('./sql-js.js').InitSqlJs;
  export default initSqlJs;
}
