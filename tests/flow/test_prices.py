"""What models cost, since when and from whom: a list to read, and a check for CI."""
import datetime
import json

from actors.scripted import says
from actors.weir import wait_for

CLOUD = {"api": "openai", "url": "https://cloud.example/v1", "zone": "cloud"}
NEAR = {"api": "openai", "url": "http://127.0.0.1:1/v1", "zone": "local"}
LIST = """sources: { ours: { url: "https://prices.example/" }, hearsay: { url: "https://blog.example/", second_hand: true } }
models:
  young: { price: { input: 1, cached: 0.5, output: 2 }, from: ours, at: %s }
  old: { price: { input: 1, output: 2 }, from: ours, at: 2020-02-29 }
  told: { price: { input: 1, output: 2 }, from: hearsay, at: %s }
  gpt-5: { price: { input: 7.25, output: 8 } }
"""


def check(stage, models, *words, **more):
    stage.write("weir.yaml", json.dumps({"providers": {"cloud": CLOUD, "near": NEAR}, "prices": ["ours.yaml"], "slm": {"model": "none"},
                                         "models": {name: {"provider": "near" if name == "mine" else "cloud", "model": name, **own} for name, own in models.items()},
                                         "policies": ["policies/test.yaml"], **more}))
    (stage.folder / "policies").mkdir(exist_ok=True)
    stage.write_policy({"routes": [{"name": "all", "ask": list(models)}]})
    return stage.run("prices", "check", "-c", "weir.yaml", *words)


def test_a_check_tells_what_is_missing_old_and_second_hand(stage):
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    stage.write("ours.yaml", LIST % (today, today))
    good = {"young": {}, "mine": {}, "own": {"price": {"input": 1, "output": 1}}}
    told = check(stage, good)
    assert told.returncode == 0 and told.stdout.count("ok ") == 3, told
    assert f"young  {today}, https://prices.example/" in told.stdout
    missing = check(stage, {**good, "unheard-of": {}})
    assert missing.returncode == 1 and "none  unheard-of" in missing.stdout
    assert check(stage, {"unheard-of": {}}, budgets={"unknown_price": {"input": 20, "output": 100}}).returncode == 0
    old = check(stage, {"old": {}})
    assert old.returncode == 1 and "old   old  2020-02-29" in old.stdout
    assert check(stage, {"old": {}}, "--older-than", "99999").returncode == 0
    heard = check(stage, {"told": {}})
    assert heard.returncode == 0 and "note  told" in heard.stdout and "(second-hand)" in heard.stdout
    assert check(stage, {"told": {}}, "--strict").returncode == 1
    assert check(stage, good, "--older-than", "soon").returncode == 2


def test_the_list_has_ones_own_prices_over_those_that_ship(stage):
    stage.write("ours.yaml", LIST % ("2026-11-23", "2026-11-23"))
    check(stage, {"young": {}})
    lines = stage.run("prices", "list", "-c", "weir.yaml").stdout.splitlines()
    named = {line.split()[0]: line for line in lines[1:]}
    assert len(named) == len(lines) - 1  # each once
    assert named["gpt-5"].split()[1:4] == ["7.25", "7.25", "8.00"] and "ours.yaml" in named["gpt-5"]
    assert "2026-11-23  https://prices.example/" in named["young"]
    assert "https://platform.claude.com" in named["claude-haiku-4-5"]
    assert named["llama3.2"].split()[1:6] == ["-", "-", "-", "131072", "-"]


def test_what_was_called_without_a_price_is_seen(stage):
    weir = stage.weir(cloud=stage.provider(says("yes")), local=stage.provider(says("near")))
    assert weir.chat("hello", model="large").status == weir.chat("hello", model="small").status == 200
    assert weir.chat("hello", model="large").told("saved-usd") is None  # nobody knows
    wait_for(lambda: "large  2 calls without a price" in (told := stage.run("prices", "check", "-c", "weir.yaml", "--seen")).stdout and
             told.returncode == 1 and "small  1 calls" not in told.stdout, what="the call")
    assert "2 calls were of models without a price" in stage.run("spend", "-c", "weir.yaml").stdout
