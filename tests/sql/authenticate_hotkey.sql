begin;
select plan(12);

select fixture.miner('alice'), fixture.miner('elsewhere', null, 1), fixture.miner('mallory', 'cheats'),
       fixture.miner('pardoned', '');

create function pg_temp.status(p_hotkey text, p_signature bytea, p_request text) returns integer language sql
as $$ select status from rigger.authenticate_hotkey(p_hotkey, 64, p_signature, fixture.id(p_request)) $$;
create function pg_temp.uses() returns bigint language sql
as $$ select count(*) from rigger.used_signatures $$;

select is(pg_temp.status('nobody', fixture.signature('1'), 'a'), 401, 'an unknown hotkey is 401');
select is(pg_temp.status('elsewhere', fixture.signature('1'), 'a'), 401, 'a hotkey of another subnet is 401');
select is(pg_temp.status('mallory', fixture.signature('1'), 'a'), 403, 'a blacklisted hotkey is 403');
select is(pg_temp.uses(), 0::bigint, 'who may not act leaves nothing behind');
select is(pg_temp.status('pardoned', null, 'a'), 200, 'an empty blacklist reason is none');

select is(pg_temp.status('alice', fixture.signature('2'), 'a'), 200, 'a registered hotkey may act');
select is(pg_temp.uses(), 1::bigint, 'its signature is stored');
select is(
  pg_temp.status('alice', fixture.signature('2'), 'b'), 401, 'a second request with one signature is 401');
select is(
  pg_temp.status('pardoned', fixture.signature('2'), 'a'), 401, 'another hotkey with that signature is 401');
select results_eq(
  $$ select status, repeated, miner_uid, miner_coldkey
     from rigger.authenticate_hotkey('alice', 64, fixture.signature('2'), fixture.id('a')) $$,
  $$ values (200, true, 7, 'alice cold') $$,
  'the same request again is recognised, with the miner''s uid and coldkey');
select is(pg_temp.status('alice', null, 'c'), 200, 'an account credential may act');
select is(pg_temp.uses(), 1::bigint, 'an account credential stores nothing');

select * from finish();
rollback;
