-- A seed may have all of 64 bits, which bigint has not: GraVal draws them so. launch_configs.seed is numeric
-- and holds the same one, so that the copy goes: to widen it would rewrite a table that may be large.

alter table rigger.challenges drop column seed;
