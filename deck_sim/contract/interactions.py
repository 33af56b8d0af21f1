"""The interaction types that Deck documents, and what each asks for. New types may appear
(documented), so a script may use any other name, if it says which fields it asks for.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one type of interaction asks, if the script does not say."""

    message: str  # assumed wording
    field: str
    label: str


PROMPTS = {
    "mfa": Prompt("Enter the verification code.", "code", "Verification code"),
    "security_question": Prompt("Answer the security question.", "answer", "Answer"),
    "account_selection": Prompt("Choose an account.", "account_id", "Account"),
}
