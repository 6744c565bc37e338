-- Why a challenge or a background verification failed is a code of the catalogue of refusals, and no sentence
-- any more.

alter table rigger.challenges rename column fault to failure;
alter table rigger.verifications rename column fault to failure;
comment on column rigger.challenges.failure is
  'Why it failed, a code of rigger.refusals; null: it passed or is open.';
comment on column rigger.verifications.failure is
  'Why it failed, a code of rigger.refusals; null: it has not.';

-- What an earlier version wrote in words. Other words, of an administrator who evicted an instance, stay as
-- they are.
with said (code, words) as (values
  ('answer_wrong', 'the answer does not show possession of the key'),
  ('proof_wrong', 'the proof of work is wrong'),
  ('ports_silent', 'a port of the job does not answer'),
  ('filesystem_differs', 'The filesystem is not the image''s'),
  ('instance_gone_unverified', 'the instance is gone'),
  ('proof_late', 'the time limit was over'),
  ('challenge_not_stored', 'no challenge was stored in time'),
  ('challenge_unanswered', 'the challenge was not answered in time'),
  ('token_expired', 'the token expired unused'),
  ('host_malformed', 'host is not an IP address or DNS name'),
  ('host_not_qualified', 'host is not a fully qualified DNS name'),
  ('host_unresolved', 'host cannot be resolved'),
  ('host_addresses_too_many', 'host resolves to too many addresses'),
  ('host_not_public', 'host is not at a public unicast address'),
  ('host_own', 'host is at an address of this service'),
  ('code_differs', 'The code is not the chute''s'),
  ('old_sdk_incomplete', 'The instance has no GPUs or no key'),
  ('old_sdk_late', 'The instance could not be verified in time'),
  ('old_sdk_ping_silent', 'The instance did not answer /_ping'),
  ('old_sdk_greeting_wrong', 'The instance could not read what was encrypted for its GPU'),
  ('old_sdk_exchange_silent', 'The instance did not take its key (/_exchange)'),
  ('old_sdk_key_wrong', 'The instance does not have its key'),
  ('old_sdk_slurp_silent', 'The instance did not let its files be read (/_slurp)'),
  ('old_sdk_command_wrong', 'The instance does not run the expected command'),
  ('old_sdk_pieces_silent', 'The instance did not answer a filesystem challenge'),
  ('old_sdk_piece_wrong', 'A file of the instance is not the image''s or the chute''s'),
  ('old_sdk_devices_silent', 'The instance did not answer a device challenge'),
  ('old_sdk_devices_wrong', 'The instance''s GPUs are not the ones it announced')),
challenges as (
  update rigger.challenges c
  set failure = s.code
  from said s
  where s.words = c.failure)
update rigger.verifications v
set failure = s.code
from said s
where s.words = v.failure;
