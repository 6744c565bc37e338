-- touch_api_key: the time of use is noted in UTC, whatever the session's zone.
begin;
select plan(2);
set local timezone = 'Asia/Tokyo';
insert into public.users (user_id, username, coldkey, fingerprint_hash) values ('u', 'u', 'cold', 'f');
insert into public.api_keys (api_key_id, key_hash, user_id, name) values ('k', 'h', 'u', 'k');
select lives_ok($$ select rigger.touch_api_key('k') $$, 'it says nothing');
select is((select last_used_at from public.api_keys), now() at time zone 'utc', 'and notes the time');
select * from finish();
rollback;
