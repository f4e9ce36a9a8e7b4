"""Which words decided."""

from pathlib import Path

from console.deciding import Explainer, Stretch, stretches_of, strongest
from console.web.marking import marked
from mailroom.model_package import load

INVOICE = "Dear Sir, our invoice no 17: total amount due 476.00 EUR, payable within 14 days. Kind regards"


def test_words_that_speak_for_the_label_are_found(package: Path) -> None:
    """Of a real model's invoice the words of an invoice are told, and not those of every letter."""
    digest = load(package).manifest.digest
    found = Explainer(str(package)).explain(INVOICE, "invoice", digest)
    assert found is not None
    assert found.same_model
    told = {INVOICE[each.start : each.end] for each in found.stretches}
    assert "invoice" in told
    assert max(each.weight for each in found.stretches) == 1.0


def test_another_models_label_is_said_to_be(package: Path) -> None:
    """A label that another package gave is explained by the present one, which is said; an unknown label is not."""
    explainer = Explainer(str(package))
    found = explainer.explain(INVOICE, "invoice", "0" * 64)
    assert found is not None
    assert not found.same_model
    assert explainer.explain(INVOICE, "no such label", "0" * 64) is None
    assert Explainer(None).explain(INVOICE, "invoice", "0" * 64) is None


def test_long_texts_are_cut_into_stretches_of_several_words() -> None:
    """Of a thousand words 400 are looked at, in at most 160 stretches that touch neither each other nor a blank."""
    spans = stretches_of("word " * 1_000)
    assert len(spans) == 134
    assert spans[0] == (0, 14)
    assert spans[1] == (15, 29)


def test_only_what_matters_is_told() -> None:
    """Stretches are told in the order of the text, each with its share of the strongest; near nothing is not."""
    spans = [(0, 1), (2, 3), (4, 5)]
    assert strongest(spans, [2.0, 0.01, 4.0]) == (Stretch(0, 1, 0.5), Stretch(4, 5, 1.0))
    assert strongest(spans, [0.0, -1.0, 0.0]) == ()


def test_a_text_is_escaped_around_its_marks() -> None:
    """Markup in a document is text, within a mark and outside."""
    text = "<b>pay</b> & go"
    assert (
        marked(text, (Stretch(3, 6, 1.0),)) == '&lt;b&gt;<mark class="strong">pay</mark>&lt;/b&gt; &amp; go'
    )
