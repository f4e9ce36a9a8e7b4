import json
import os
from collections import Counter
from pathlib import Path

import pytest

from mailroom.textprep import cleanse
from mailroom.textprep.language import _sample, identify

_SENTENCES = {
    "en": "We kindly ask you to confirm the delivery date of the goods that we ordered last week.",
    "de": "Wir bitten Sie, uns den Liefertermin der in der letzten Woche bestellten Waren zu nennen.",
    "fr": "Nous vous prions de bien vouloir confirmer la date de livraison des articles commandés.",
    "es": "Les rogamos que nos confirmen la fecha de entrega de los artículos que pedimos.",
    "it": "Vi preghiamo di confermare la data di consegna della merce ordinata la settimana scorsa.",
    "pt": "Pedimos que nos informem da data de entrega das mercadorias, pois ainda não as recebemos.",
    "nl": "Wij verzoeken u de leverdatum te bevestigen van de goederen die wij hebben besteld.",
    "pl": "Uprzejmie prosimy o potwierdzenie terminu dostawy zamówionych towarów.",
    "cs": "Prosíme o potvrzení termínu dodání zboží, které jsme objednali minulý týden.",
    "sv": "Vi ber er att bekräfta leveransdatum för de varor som vi beställde förra veckan.",
    "da": "Vi beder jer bekræfte leveringsdatoen for de varer, som vi bestilte i sidste uge.",
    "fi": "Pyydämme teitä vahvistamaan viime viikolla tilaamiemme tavaroiden toimituspäivän.",
    "hu": "Kérjük, erősítsék meg a múlt héten megrendelt áruk szállítási időpontját.",
    "ro": "Vă rugăm să confirmați data livrării mărfurilor comandate săptămâna trecută.",
    "el": "Παρακαλούμε επιβεβαιώστε την ημερομηνία παράδοσης των προϊόντων.",
    "ru": "Просим подтвердить дату поставки товаров, заказанных на прошлой неделе.",
    "tr": "Geçen hafta sipariş ettiğimiz malların teslim tarihini onaylamanızı rica ederiz.",  # noqa: RUF001
    "ja": "先週注文した商品の納期をご確認いただきますようお願いいたします。",
    "zh": "请确认我们上周订购的货物的交货日期，谢谢。",  # noqa: RUF001
    "ar": "يرجى تأكيد موعد تسليم البضائع التي طلبناها الأسبوع الماضي.",
    "vi": "Chúng tôi mong quý công ty xác nhận ngày giao hàng đã đặt tuần trước.",
    "id": "Kami mohon Anda mengonfirmasi tanggal pengiriman barang yang kami pesan minggu lalu.",
}


@pytest.mark.parametrize(("language", "sentence"), _SENTENCES.items(), ids=str)
def test_a_sentence_is_enough(language: str, sentence: str) -> None:
    """One sentence of a letter is recognised, in the expected languages and in others."""
    assert language == identify(sentence)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_capitals_do_not_hide_the_language(language: str) -> None:
    """Text in capitals is recognised as well."""
    assert language == identify(_SENTENCES[language].upper())


@pytest.mark.parametrize(
    "text",
    ["", "No. 4711", "2026-11-21 45,00 1.234,50 9781234567897", "\u201e12\u201c \u2013 5 \u20ac " * 20],
)
def test_too_little_text_is_undetermined(text: str) -> None:
    """Numbers, signs and a word or two have no language."""
    assert identify(text) == "und"


def test_a_foreign_letterhead_does_not_decide() -> None:
    """The middle of a document counts as much as its start."""
    letterhead = "Worldwide Trading Company Limited\nInternational Sales Department\n"

    assert identify(letterhead + (_SENTENCES["de"] + "\n") * 12) == "de"


def test_the_sample_is_bounded() -> None:
    """A long document costs no more than a short one."""
    assert len(_sample("Dear Sir or Madam\n" * 10_000, 128)) == 257


@pytest.mark.corpus
def test_the_corpus_is_recognised() -> None:
    """Of the corpus's documents with enough text, 97 % have the language that is given for them."""
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    if not corpus.is_file():
        pytest.skip("the corpus is not there: set MAILROOM_SHARED")
    counts: Counter[bool] = Counter()
    for line in corpus.read_text("utf-8").splitlines()[::3]:
        document = json.loads(line)
        found = cleanse(document["text"]).language
        counts[found == document["lang"]] += found != "und"

    assert counts[True] > 0.97 * counts.total()
