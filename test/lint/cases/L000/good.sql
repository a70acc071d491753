SELECT id FROM notes;
