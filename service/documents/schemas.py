"""The shapes of requests and answers, for the OpenAPI document only: no request passes through."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from scoring.comment_rules import LONGEST_LANGUAGE
from scoring.guidelines import CATEGORIES, HEADS
from service.http.problems import CODES, ITEM_CODES
from service.wire.classify import CODE_POINTS, LONGEST_ID, OFFSETS

_ID = Field(
    None,
    description=f"Yours; answered as sent. At most {LONGEST_ID} code points, or a whole number of "
    "64 bits.",
)
_OFFSETS = Field(CODE_POINTS, description="How offsets of words are counted.")
_LANGUAGE = Field(
    None, max_length=LONGEST_LANGUAGE, description="BCP 47 tag, if you know it.", examples=["en"]
)
_TEXT = Field(description="The comment, valid Unicode with at least one visible character.")
_POLICY = Field(None, description="Preset that decides; unset: the service's own.")
_PROBABILITY = Field(ge=0, le=1)


class CommentIn(BaseModel):
    """One comment to classify."""

    text: str = _TEXT
    id: str | int | None = _ID
    language: str | None = _LANGUAGE


class ManyComments(BaseModel):
    """Several comments."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"comments": [{"id": "c1", "text": "Thank you.", "language": "en"}]}]
        }
    )

    comments: list[CommentIn] = Field(min_length=1, description="At most MODERATION_MAX_COMMENTS.")
    explain: bool = Field(False, description="Whether to list the words that weighed most.")
    policy: str | None = _POLICY
    offsets: Literal[OFFSETS] = _OFFSETS  # type: ignore[valid-type]


class OneComment(CommentIn):
    """One comment, without a list around it; the answer has a list of one result."""

    explain: bool = Field(False, description="Whether to list the words that weighed most.")
    policy: str | None = _POLICY
    offsets: Literal[OFFSETS] = _OFFSETS  # type: ignore[valid-type]


class CategoryScore(BaseModel):
    """What the model says of a comment under one guideline."""

    approve: float = _PROBABILITY
    reject: float = _PROBABILITY
    violated: bool = Field(
        description="Whether reject reached the policy's threshold; or this is the likeliest "
        "category of a comment that only its overall probability rejects."
    )


CategoryScores = create_model(
    "CategoryScores",
    __doc__="One entry for each of the eleven categories.",
    **dict.fromkeys(CATEGORIES, (CategoryScore, ...)),  # type: ignore[call-overload]
)


class SpanOut(BaseModel):
    """A word of the text and how much it spoke for rejection."""

    start: int = Field(ge=0, description="Where it starts in the text as sent, see offsets.")
    end: int = Field(ge=0, description="Where it ends, exclusive.")
    category: Literal[HEADS[:-1]]  # type: ignore[valid-type]
    weight: float = Field(gt=0, description="Its share of the category's log odds before scaling.")


class DecidedBy(BaseModel):
    """Who decided about a comment."""

    by: Literal["model", "rule"]
    rule: str | None = Field(None, description="The rule's name, where a rule decided.")


class Judgement(BaseModel):
    """What the service decides about one comment."""

    decision: Literal["approve", "reject", "review"]
    approve: float = _PROBABILITY
    reject: float = Field(ge=0, le=1, description="Never below the largest category's.")
    language: str = Field(description="ISO 639 code, the tag you sent, or und.")
    categories: CategoryScores  # type: ignore[valid-type]
    reasons: list[str] = Field(description="Categories behind a rejection, likeliest first.")
    review_reason: Literal["language", "no_known_terms", "uncertain"] | None = Field(
        None, description="Only where the decision is review."
    )
    likeliest: list[str] | None = Field(
        None, description="Only where the model is uncertain: three guidelines, likeliest first."
    )
    decided_by: DecidedBy | None = Field(
        None, description="Only where house rules are in use: the model, or which rule."
    )


class Result(Judgement):
    """What was decided about one comment."""

    id: str | int | None
    spans: list[SpanOut] | None = Field(None, description="Only where explain is true.")


class DecidedJudgement(Judgement):
    """What the service decides about a comment that a moderator decided on."""

    decided: Literal["approve", "reject"] = Field(description="What the moderator decided.")


class DecidedScores(BaseModel):
    """Comments that moderators decided on, the latest first, without their texts and ids."""

    model: str = Field(description="Version of the model that judged them now.")
    policy: str = Field(description="Preset that decided.")
    results: list[DecidedJudgement]


class ItemError(BaseModel):
    """Why one comment was not classified."""

    code: Literal[tuple(entry.code for entry in ITEM_CODES)]  # type: ignore[valid-type]
    message: str


class FailedResult(BaseModel):
    """Stands in the place of a comment that was not classified."""

    id: str | int | None
    error: ItemError


class ClassifyAnswer(BaseModel):
    """One result or error for each comment, in the order sent."""

    model: str = Field(description="Version of the model.")
    guidelines: str = Field(description="Version of the guidelines it was trained for.")
    results: list[Result | FailedResult]


class FeedbackIn(BaseModel):
    """What a moderator decided about a comment."""

    text: str = _TEXT
    decision: Literal["approve", "reject"]
    categories: list[Literal[CATEGORIES]] = Field(  # type: ignore[valid-type]
        [], description="Guidelines it was rejected for; what is not named is unknown, not no."
    )
    comment_id: str | int | None = Field(None, description="Yours; by it feedback can be deleted.")
    author: str | int | None = Field(None, description="Yours; by it feedback can be deleted.")
    moderator: str | int | None = None
    model: str | None = Field(None, description="Version of the model that had judged it.")
    idempotency_key: str | None = Field(None, description="Two with the same are one.")


class ManyFeedback(BaseModel):
    """Several decisions."""

    feedback: list[FeedbackIn] = Field(min_length=1)


class FeedbackAnswer(BaseModel):
    """What was kept; it is on the disk."""

    received: int
    new: int = Field(description="Those whose idempotency key was not there yet.")


class GuidelineOut(BaseModel):
    """One guideline."""

    key: str
    title: str
    rejects: str
    allows: str
    parent: str | None


class GuidelinesAnswer(BaseModel):
    """The guidelines this service knows."""

    version: str
    guidelines: list[GuidelineOut]


class PolicyOut(BaseModel):
    """Thresholds of one preset."""

    reject_threshold: float
    approve_threshold: float
    category_thresholds: dict[str, float]


class LimitsOut(BaseModel):
    """What one request may hold."""

    max_comments: int
    max_comment_bytes: int
    max_body_bytes: int


class ModelAnswer(BaseModel):
    """The model in use."""

    version: str
    guidelines: str
    categories: list[str]
    languages: list[str]
    normaliser: int
    format: int
    trained_at: str
    training_rows: int
    prevalence: float = Field(description="Share of rejections that it is calibrated for.")
    provisional: list[str] = Field(description="Categories calibrated on too few positives.")
    sources: dict[str, str] = Field(description="Training sources and their licences.")
    policy: str = Field(description="Preset for requests that name none.")
    policies: dict[str, PolicyOut]
    house_rules: str | None = Field(
        description="Which house rules are in use, first digits of their SHA-256."
    )
    limits: LimitsOut


class ModelUse(BaseModel):
    """Which model to take."""

    version: str = Field(description="A version that `GET /models` lists.")


class ModelServing(BaseModel):
    """Which model answers."""

    serving: str | None = Field(description="Version that the answering worker uses now.")
    reload_seconds: float = Field(description="Seconds within which a choice is followed.")


class ModelChoice(ModelServing):
    """A choice that was made."""

    chosen: str = Field(description="Version that the workers take at their next look.")


class ListedModel(BaseModel):
    """A published version."""

    version: str
    trained_at: str
    bytes: int
    in_use: bool = Field(description="Whether it is the chosen one.")
    shipped: bool = Field(description="Whether it is the one that came with the project.")


class ModelsAnswer(ModelServing):
    """The published versions, the newest first."""

    versions: list[ListedModel]


class Status(BaseModel):
    """How the service is."""

    status: Literal["ok", "ready"]


class ReadyStatus(Status):
    """The service can classify."""

    model: str = Field(description="Version of the model.")


class ProblemDocument(BaseModel):
    """An answer other than success (RFC 9457)."""

    type: str = Field(description="Where the code is explained.")
    title: str
    status: int
    detail: str = Field(description="What was received and what is allowed; never content.")
    code: Literal[tuple(entry.code for entry in CODES)]  # type: ignore[valid-type]
    request_id: str
