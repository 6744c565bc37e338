"""Many whole lives at once, as rigger-miner lives them."""

import json
import os
import subprocess


def lives_file(network, tmp_path, slots, chutes):
    """One line a slot: seed, chute, GPU, host, port."""
    path = tmp_path / "lives.tsv"
    lines = []
    for slot in range(slots):
        miner = network.miner(gpus=1)
        uuid, host = miner.gpus[0]
        lines.append("\t".join([miner.seed, chutes[slot % len(chutes)], uuid, host, "20000"]))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_500_lives_at_concurrency_32_end_well(stack, network, tmp_path):
    chutes = [network.chute(target=1000) for _ in range(4)]
    lives = lives_file(network, tmp_path, 32, chutes)
    done = subprocess.run(
        [os.path.join(stack.build, "rigger-miner"), "--url", stack.nginx.url, "--cacert", stack.nginx.certificate,
         "--lives", str(lives), "--count", "500", "--concurrency", "32", "--json", "--quiet"],
        capture_output=True, text=True, check=False, timeout=300, env=stack.responder.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["lives"] == 500 and report["failures"] == 0
    rows = stack.postgres.execute("select count(*) from public.instance_audit a where chute_id = any(%s)"
                                  " and deleted_at is not null", (chutes,))
    assert rows[0]["count"] == 500
