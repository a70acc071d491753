import * as v from 'valibot';
import { recordOf } from './shape.js';

/** Which tools of a toolkit are on, by name: 1 is on, 0 is off. */
export const toolkitTools: v.GenericSchema<Record<string, 0 | 1>> = recordOf(v.picklist([0, 1]));

export type ToolkitTools = v.InferOutput<typeof toolkitTools>;
