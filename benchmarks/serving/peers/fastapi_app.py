"""The handler that a data scientist would write: one route, the model asked inside it."""

import os
from typing import Any

import joblib
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
model: Any = joblib.load(os.environ["MODEL"])
labels: list[str] = model.classes_.tolist()


class Document(BaseModel):
    """What is posted."""

    text: str


class Answer(BaseModel):
    """What is answered."""

    label: str
    confidence: float
    probabilities: dict[str, float]


@app.post("/classify")
async def classify(document: Document) -> Answer:
    """Label one document."""
    row = model.predict_proba([document.text])[0]
    best = int(row.argmax())
    return Answer(
        label=labels[best],
        confidence=float(row[best]),
        probabilities=dict(zip(labels, row.tolist(), strict=True)),
    )
