"""What /metrics says."""

from prometheus_client.parser import text_string_to_metric_families


class Samples:
    """One scrape: values by name and labels."""

    def __init__(self, api):
        answer = api.request("GET", "/metrics")
        assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        self.families = {family.name: family for family in text_string_to_metric_families(answer.text)}
        self.values = {(sample.name, frozenset(sample.labels.items())): sample.value
                       for family in self.families.values() for sample in family.samples}

    def __call__(self, name, **labels):
        return self.values.get((name, frozenset(labels.items())), 0)
