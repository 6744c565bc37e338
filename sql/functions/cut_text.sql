-- Purpose: a text that comes from elsewhere, for a column or line that people read: no longer than it may be.
-- Parameters: the text, the most characters.
-- Returns: the text; where it is longer its beginning, which ends in an ellipsis; null for null.
-- Tables: none.
create or replace function rigger.cut_text(p_text text, p_characters integer)
returns text
language sql
immutable
as $$
  -- rule: cut.text
  select case when length(p_text) > p_characters then left(p_text, p_characters) || '…' else p_text end
$$;
comment on function rigger.cut_text(text, integer) is
  'A text from elsewhere, cut where it is longer than it may be.';
