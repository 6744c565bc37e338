-- find_user: the account of a user token.
begin;
select plan(3);
insert into public.users (user_id, username, hotkey, coldkey, fingerprint_hash)
values ('u', 'u', 'hot', 'cold', 'print'), ('v', 'v', null, 'cold', '');
select results_eq(
  $$ select * from rigger.find_user('u') $$, $$ values ('print', 'hot') $$, 'a user is found');
select is_empty($$ select * from rigger.find_user('x') $$, 'an unknown one is not');
select is_empty(
  $$ select * from rigger.find_user('v') $$, 'nor one without a fingerprint, whose key anybody could make');
select * from finish();
rollback;
