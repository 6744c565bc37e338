-- Purpose: a query with two inputs.
-- Query: (p_from integer, p_word text) returns table (n integer, word text)
select n, p_word as word
from generate_series(p_from, 3) n
where p_word is not null
