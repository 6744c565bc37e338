"""What is played against what: each function that writes, on the rows of world.sql.

An operation is one call as the program makes it, an expression of SQL whose value is its answer, in
which nothing is drawn by chance. Two operations are a pair where they share an object; of the pairs of two
functions that share nothing but a chute one is played.
"""

import collections
import itertools

Operation = collections.namedtuple("Operation", "name function objects call")

OPERATIONS = []


def operation(name, function, objects, call):
    """Adds one. `objects` are words kind:name; `call` is an expression of SQL."""
    OPERATIONS.append(Operation(name, function, frozenset(objects.split()), call))


def launch(name):
    """The objects of somebody who is at work on a launch."""
    job = " chute:jobs job:taken" if name == "working" else " chute:chute"
    return f"config:{name} instance:{name} gpu:{name}{job}"


def sql_id(name):
    """The instance of a launch, as SQL."""
    return f"fixture.instance_id('{name}')"


def delete(miner, chute, name):
    """DELETE of an instance, as SQL."""
    return f"rigger.delete_instance('{miner}', 64, null, fixture.id('delete'), '{chute}', {sql_id(name)})"


operation("issue", "issue_launch_config", "chute:chute config:new", "fixture.issue('new', 'ann', 'chute')")
operation("issue for the job", "issue_launch_config", "chute:jobs job:job",
          "fixture.issue('job new', 'cid', 'jobs', 'job')")
operation("issue for the taken job", "issue_launch_config", "chute:jobs job:taken",
          "fixture.issue('taken new', 'cid', 'jobs', 'taken')")
for name, config, gpu, port, others in [
        ("a", "a", "wanted", 20010, "chute:chute"), ("b", "b", "wanted", 20011, "chute:chute"),
        ("c", "c", "free", 20010, "chute:chute"),
        ("for the job, ann", "ja", "ann job", 20012, "chute:jobs job:job"),
        ("for the job, bob", "jb", "bob job", 20013, "chute:jobs job:job"),
        ("for the taken job", "jc", "bob job", 20013, "chute:jobs job:taken")]:
    operation(f"claim {name}", "claim_launch_config",
              f"config:{config} gpu:{gpu.replace(' ', '_')} address:{port} {others}",
              f"fixture.claim('{config}', array['{gpu}'], p_port => {port})")
operation("claim a again", "claim_launch_config", "config:a gpu:wanted chute:chute address:20010",
          "interleave.claim_by_another('a', 'wanted', 20010)")
operation("hold", "hold_claim", launch("claimed"), f"rigger.hold_claim({sql_id('claimed')}, 60000)")
operation("undo", "undo_claim", launch("claimed"),
          f"rigger.undo_claim(fixture.config_id('claimed'), {sql_id('claimed')})")
operation("store", "store_challenge", launch("claimed"), "fixture.store('claimed', 'claimed gpu')")
operation("begin", "begin_verification", launch("challenged"), "fixture.begin('challenged', 'first')")
operation("begin another", "begin_verification", launch("challenged"),
          "fixture.begin('challenged', 'second')")
for name in ["attempted", "working"]:
    operation(f"begin, {name}", "begin_verification", launch(name), f"fixture.begin('{name}', 'second')")
    operation(f"pass, {name}", "finish_verification", launch(name), f"fixture.finish('{name}')")
    operation(f"fail, {name}", "finish_verification", launch(name),
              f"fixture.finish('{name}', p_failure => 'work_wrong')")
    operation(f"abandon, {name}", "abandon_attempt", launch(name),
              f"rigger.abandon_attempt(fixture.config_id('{name}'), fixture.id('first'))")
for name in ["verified", "active"]:
    operation(f"activate, {name}", "activate_launch_config", launch(name),
              f"rigger.activate_launch_config(fixture.config_id('{name}'), 64)")
for name in ["claimed", "challenged", "attempted", "verified", "active", "working"]:
    operation(f"delete, {name}", "delete_instance", launch(name),
              delete("bob" if name == "active" else "ann", "jobs" if name == "working" else "chute", name))
    operation(f"evict, {name}", "evict", launch(name), f"rigger.evict({sql_id(name)}, 'by hand')")
operation("reap", "reap",
          "job:job job:taken chute:chute chute:jobs chute:old "
          + " ".join(f"config:{name} instance:{name}" for name in [
              "a", "b", "c", "ja", "jb", "jc", "claimed", "challenged", "attempted", "working", "queued",
              "taken"]),
          "(select count(*) from rigger.reap())")
operation("set target", "set_target", "chute:chute", "rigger.set_target('chute', 5)")
operation("set target, old", "set_target", "chute:old", "rigger.set_target('old', 1)")
for name, miner, gpu, port, others in [
        ("ann", "ann", "wanted", 20014, ""), ("ann again", "ann", "wanted", 20015, ""),
        ("bob", "bob", "free", 20016, ""), ("bob, at a's port", "bob", "bob job", 20010, " address:20010")]:
    operation(f"create, {name}", "create_instance",
              f"instance:old gpu:{gpu.replace(' ', '_')} chute:old{others}",
              f"interleave.create_instance('old {port}', '{miner}', '{gpu}', {port})")
for name, miner in [("queued", "ann"), ("taken", "bob")]:
    objects = f"instance:{name} gpu:{name} chute:old"
    operation(f"patch, {name}", "activate_instance", objects,
              f"(select coalesce(refusal, 'none') from rigger.activate_instance('{miner}', 64, null,"
              f" fixture.id('patch'), 'old', {sql_id(name)}, true))")
    operation(f"delete, {name}", "delete_instance", objects, delete(miner, "old", name))
    operation(f"evict, {name}", "evict", objects, f"rigger.evict({sql_id(name)}, 'by hand')")
    operation(f"requeue, {name}", "requeue_verification", objects,
              f"rigger.requeue_verification({sql_id(name)})")
for name in ["one", "two"]:
    operation(f"take {name}", "take_verification", "instance:queued chute:old",
              f"(select t.instance_id from rigger.take_verification(fixture.id('{name}'), '1 hour') t)")
for result in ["passed", "failed", "unjudged"]:
    operation(f"background {result}", "finish_background_verification", "instance:taken gpu:taken chute:old",
              f"interleave.finish_background('{result}')")

# Chosen triples: three at one thing.
TRIPLES = [
    ("claim a", "claim b", "claim c"), ("claim a", "claim b", "create, ann"),
    ("claim a", "claim a again", "claim c"),
    ("claim for the job, ann", "claim for the job, bob", "issue for the job"),
    ("store", "undo", "delete, claimed"), ("store", "evict, claimed", "undo"),
    ("pass, attempted", "fail, attempted", "evict, attempted"),
    ("pass, working", "delete, working", "claim for the taken job"),
    ("activate, verified", "delete, verified", "evict, verified"),
    ("background passed", "delete, taken", "evict, taken"),
    ("patch, taken", "background failed", "take one"),
]


def alike(first, second):
    """What two pairs have in common when one of them says it all."""
    shared = first.objects & second.objects
    near = sorted(word for word in shared if not word.startswith("chute:"))
    state = sorted(word.split(":")[1] for word in near if word.startswith(("config:", "instance:")))
    return (frozenset([first.function, second.function]), tuple(word.split(":")[0] for word in near),
            tuple(state), frozenset([first.name, second.name]) if near else None)


def pairs():
    """The pairs that are played, each operation with itself too."""
    found = {}
    for first, second in itertools.combinations_with_replacement(OPERATIONS, 2):
        if first.objects & second.objects:
            found.setdefault(alike(first, second), (first, second))
    return list(found.values())
