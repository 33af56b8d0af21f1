"""The interaction types that Deck documents.

Deck may add types (documented), so a script may use any other type if it lists its fields.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """The defaults of an interaction type."""

    message: str  # assumed wording
    field: str
    label: str


PROMPTS = {
    "mfa": Prompt("Enter the verification code.", "code", "Verification code"),
    "security_question": Prompt("Answer the security question.", "answer", "Answer"),
    "account_selection": Prompt("Choose an account.", "account_id", "Account"),
}
