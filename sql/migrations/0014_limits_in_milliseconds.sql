-- Waits for locks are limits of less than a second.

alter table rigger.limits drop constraint limits_unit_check;
alter table rigger.limits
  add constraint limits_unit_check
  check (unit in ('seconds', 'milliseconds', 'factor', 'GB', 'instances', 'hotkeys', 'rows', 'files',
                  'verifications', 'claims'));
