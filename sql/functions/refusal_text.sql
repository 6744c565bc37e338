-- Purpose: the public text of a refusal or failure, its subject filled in: for the columns and lists that
--   people read.
-- Parameters: the code, the subject (null: none), which is cut as src/core/refusal.c does (BOUND_SUBJECT).
-- Returns: the text; the code itself where the catalogue does not have it, so that no record is lost for want
--   of words; null for null.
-- Calls: cut_text.
-- Tables: rigger.refusals (read).
create or replace function rigger.refusal_text(p_code text, p_subject text default null)
returns text
language sql
stable
as $$
  select coalesce((select replace(r.public_text, '{}', coalesce(rigger.cut_text(p_subject, 128), ''))
                   from rigger.refusals r
                   where r.code = p_code), rigger.cut_text(p_code, 128))
$$;
comment on function rigger.refusal_text(text, text) is
  'The public text of a refusal or failure, its subject filled in.';
