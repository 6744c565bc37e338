-- Purpose: riggerctl calibrate: the work of each GPU model's challenge, and the time that it has for it.
-- Parameters: none.
-- Returns: a row a model; limit_ms is at most 10^15.
-- Tables: rigger.gpu_models, v_limits (read).
-- Query: () returns table (model text, iterations integer, limit_ms bigint)
select m.model, m.iterations, least(m.estimate_seconds * l.value * 1000, 1e15)::bigint as limit_ms
from rigger.gpu_models m
join rigger.v_limits l on l.name = 'challenge.time_factor'
order by m.model
