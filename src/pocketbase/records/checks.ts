import * as z from 'zod';
import { Check, CheckOutcome, ClaimedCheck } from '../../schemas/check.ts';
import { count, optionalTime, replayed, text, time } from './common.ts';

const outcome = z
  .literal('')
  .transform(() => null)
  .or(CheckOutcome);

export const CheckRow = Check.extend({ outcome, created: time, completed: optionalTime });
export const ChecksAnswer = z.object({ items: z.array(CheckRow), rounds_left: count, runner_seen: optionalTime });
export const RoundAnswer = z.object({ items: z.array(CheckRow), replayed });

export const ClaimAnswer = z.object({
  items: z.array(ClaimedCheck.extend({ external_ref: text, locked_until: time, created: time })),
});
export const LeaseAnswer = z.object({ id: z.string(), attempt: count, locked_until: time });
export const StateAnswer = z.object({ id: z.string(), status: Check.shape.status, outcome });
export const WakeAnswer = z.object({ woken: z.boolean() });
