import * as v from 'valibot';
import { anyObject } from './shape.js';

/** Which tools of a toolkit are on, by name: 1 is on, 0 is off. */
export const toolkitTools = v.pipe(anyObject, v.record(v.string(), v.picklist([0, 1])));

export type ToolkitTools = v.InferOutput<typeof toolkitTools>;
