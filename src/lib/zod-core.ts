export { toJSONSchema } from 'zod';
