begin;
select plan(12);

select fixture.miner('alice'), fixture.miner('elsewhere', null, 1), fixture.miner('mallory', 'cheats'),
       fixture.miner('pardoned', '');

create function pg_temp.refusal(p_hotkey text, p_signature bytea, p_request text) returns text language sql
as $$
  select coalesce(refusal, 'none')
  from rigger.authenticate_hotkey(p_hotkey, 64, p_signature, fixture.id(p_request))
$$;
create function pg_temp.uses() returns bigint language sql
as $$ select count(*) from rigger.used_signatures $$;

select is(
  pg_temp.refusal('nobody', fixture.signature('1'), 'a'), 'hotkey_unregistered', 'an unknown hotkey is 401');
select is(
  pg_temp.refusal('elsewhere', fixture.signature('1'), 'a'), 'hotkey_unregistered',
  'a hotkey of another subnet is 401');
select is(
  pg_temp.refusal('mallory', fixture.signature('1'), 'a'), 'hotkey_blacklisted',
  'a blacklisted hotkey is 403');
select is(pg_temp.uses(), 0::bigint, 'who may not act leaves nothing behind');
select is(pg_temp.refusal('pardoned', null, 'a'), 'none', 'an empty blacklist reason is none');

select is(pg_temp.refusal('alice', fixture.signature('2'), 'a'), 'none', 'a registered hotkey may act');
select is(pg_temp.uses(), 1::bigint, 'its signature is stored');
select is(
  pg_temp.refusal('alice', fixture.signature('2'), 'b'), 'signature_used',
  'a second request with one signature is 401');
select is(
  pg_temp.refusal('pardoned', fixture.signature('2'), 'a'), 'signature_used',
  'another hotkey with that signature is 401');
select results_eq(
  $$ select refusal, repeated, miner_uid, miner_coldkey
     from rigger.authenticate_hotkey('alice', 64, fixture.signature('2'), fixture.id('a')) $$,
  $$ values (null::text, true, 7, 'alice cold') $$,
  'the same request again is recognised, with the miner''s uid and coldkey');
select is(pg_temp.refusal('alice', null, 'c'), 'none', 'an account credential may act');
select is(pg_temp.uses(), 1::bigint, 'an account credential stores nothing');

select * from finish();
rollback;
