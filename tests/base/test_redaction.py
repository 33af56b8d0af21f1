from deck_sim.base.redaction import (
    HIDDEN,
    is_secret,
    is_secret_in,
    redact,
    redact_body,
    redact_query,
    redact_text,
)

SECRET = """
    password passwd pwd passcode client_secret secretAccessKey aws_access_key_id apiKey api-key
    Authorization Set-Cookie connection_string private_key SharedAccessKey account_key
    service_account_json access_token cardNumber security_answer security-code pin PIN card_pin pin2
    otp totp ssn cvv2 userPin smsOTP OTPCode
"""
READABLE = """
    credential_id idempotency_key name region cursor url auth_method shipping pinned answer code
    author
"""


def test_names_of_secrets_are_recognized_in_every_spelling():
    assert [name for name in SECRET.split() if not is_secret(name)] == []
    assert [name for name in READABLE.split() if is_secret(name)] == []


def test_names_of_answers_are_recognized_by_their_words():
    """A run has other input, too."""
    answers = "code one_time_code smsCode SMSCode pin-code answer firstAnswer code2 Code"
    assert [name for name in answers.split() if not is_secret_in(name, "inputs")] == []
    others = "encode decoder barcode answered codes"
    assert [name for name in others.split() if is_secret_in(name, "input")] == []
    assert not is_secret_in("code", "error")


def test_secrets_are_hidden_at_any_depth():
    """Null stays as it is; an iterator becomes a list."""
    data = {"a": iter([{"password": "x"}, {"pin": None}]), "custom_headers": '{"X-Key": "x"}'}
    redacted = {"a": [{"password": HIDDEN}, {"pin": None}], "custom_headers": HIDDEN}
    assert redact(data) == redacted
    assert data["custom_headers"] == '{"X-Key": "x"}'


def test_of_a_login_only_the_name_and_readable_fields_are_shown():
    login = {"username": "alex", "pasword": "x", "source_fields": {"customer": "c1", "pin": "x"}}
    fields = {"customer": "c1", "pin": HIDDEN}
    redacted = {"username": "alex", "pasword": HIDDEN, "source_fields": fields}
    assert redact({"auth_credentials": login}) == {"auth_credentials": redacted}
    nothing = {"auth_credentials": None}
    assert redact({"credentials": "x", **nothing}) == {"credentials": HIDDEN, **nothing}


def test_of_headers_more_names_are_secret():
    headers = {"x-auth": "a", "X-My-Key": "b", "idempotency-key": "c", "www-authenticate": "d"}
    redacted = {**headers, "x-auth": HIDDEN, "X-My-Key": HIDDEN}
    assert redact(headers, "headers") == redacted
    assert redact({"request_headers": headers}) == {"request_headers": redacted}
    assert redact({"headers": {"retries": 3, "pin": 1}}) == {
        "headers": {"retries": 3, "pin": HIDDEN}
    }


def test_a_text_shows_no_secret_of_a_url_or_a_webhook():
    redacted = {
        "https://alex:hunter2@mq/a": f"https://{HIDDEN}@mq/a",
        "/a?token=1&b=2#x": f"/a?token={HIDDEN}&b=2#x",
        "the secret whsec_abc= is wrong": f"the secret {HIDDEN} is wrong",
        "a plain text?": "a plain text?",
    }
    assert {text: redact_text(text) for text in redacted} == redacted


def test_a_query_and_a_body_show_no_secret():
    """Alone and in a record. A text is cut before the first name that looks secret."""
    query, hidden = "pin=1&b=2&api%2Dkey=3", f"pin={HIDDEN}&b=2&api%2Dkey={HIDDEN}"
    bodies = {'{"a": 1, "pin": "1': '{"a": 1, "', "x=1": "x=1"}
    assert redact_query(query) == hidden
    assert redact({"query": query}) == {"query": hidden}
    assert {body: redact_body(body) for body in bodies} == bodies
    assert redact_body({"pin": 1}) == {"pin": HIDDEN}
    for name in ("body", "response_body"):
        assert [redact({name: body}) for body in bodies] == [{name: b} for b in bodies.values()]
