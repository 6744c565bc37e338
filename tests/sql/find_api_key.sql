-- find_api_key: a key by its two ids, with or without the dashes of a UUID in the tables.
begin;
select plan(4);
insert into public.users (user_id, username, hotkey, coldkey, fingerprint_hash)
values ('11111111-1111-1111-1111-111111111111', 'a', 'hot', 'cold', 'fa'),
       ('22222222222222222222222222222222', 'b', '', 'cold', 'fb');
insert into public.api_keys (api_key_id, key_hash, user_id, admin, name)
values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 'hash a', '11111111-1111-1111-1111-111111111111', true, 'k'),
       ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'hash b', '22222222222222222222222222222222', false, 'k');
select results_eq(
  $$ select * from rigger.find_api_key(repeat('a', 32), repeat('1', 32)) $$,
  $$ values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 'hash a', true, 'hot') $$, 'with dashes');
select results_eq(
  $$ select * from rigger.find_api_key(repeat('b', 32), repeat('2', 32)) $$,
  $$ values (repeat('b', 32), 'hash b', false, null::text) $$, 'without; an empty hotkey is none');
select is_empty($$ select * from rigger.find_api_key(repeat('a', 32), repeat('2', 32)) $$,
                'a key of another account is none');
select is_empty(
  $$ select * from rigger.find_api_key(repeat('c', 32), repeat('1', 32)) $$, 'an unknown key is none');
select * from finish();
rollback;
