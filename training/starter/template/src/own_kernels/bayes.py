"""TF-IDF and complement naive Bayes: an example of a kernel, to be replaced by your own."""

from collections.abc import Mapping, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB

from mailroom.features.batch import TextBatch
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import linear_text
from training.documents import LabelledDocument
from training.kernels import Kernel, SearchSpace
from training.weights import balanced_weights


class ComplementBayes(Kernel):
    """Learns from what is said in all other classes (Rennie et al. 2003): quick, and fair to scarce classes."""

    def get_parameters(self) -> SearchSpace:
        """The search space: for each parameter the values worth trying, the default first."""
        return {"alpha": [0.3, 0.1, 1.0], "min_documents": [2, 1]}

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Learn; what is returned is data for one of Mailroom's runtimes, so that serving needs no code of yours."""
        del seed  # nothing is drawn
        texts = TextBatch([document.text for document in documents]).typed
        targets = [labels.index(document.label) for document in documents]
        vectoriser = TfidfVectorizer(
            lowercase=False,
            tokenizer=_tokens,
            token_pattern=None,
            sublinear_tf=True,
            min_df=int(parameters["min_documents"]),
        )
        model = ComplementNB(alpha=float(parameters["alpha"]))
        model.fit(vectoriser.fit_transform(texts), targets, sample_weight=balanced_weights(documents))
        return linear_text.describe(
            vectoriser.get_feature_names_out(),
            idf=vectoriser.idf_,
            coefficients=model.feature_log_prob_.T,
            intercept=model.class_log_prior_ * 0.0,  # complement naive Bayes knows no prior
        )


def _tokens(typed: str) -> list[str]:
    return typed.split(" ")
