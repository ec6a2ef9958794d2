use proptest::prelude::*;

use super::*;

/// What must never be seen.
const SECRET: &str = "hunter2";

#[test]
fn names_of_secrets() {
    let redaction = Redaction::default().pattern("Kennwort").except("partition_key");
    for name in [
        "password",
        "PASSWORD",
        "db_password",
        "dbPassword",
        "PGPASSWORD",
        "passwd",
        "MYSQL_PWD",
        "secret",
        "client-secret",
        "AWS_SECRET_ACCESS_KEY",
        "token",
        "GITHUB_TOKEN",
        "access.token",
        "api_key",
        "apikey",
        "API-KEY",
        "apiKey",
        "X-Api-Key",
        "private key",
        "credential",
        "credentials",
        "auth",
        "AUTHORIZATION",
        "basic_auth",
        "oauth",
        "SENTRY_DSN",
        "dsn",
        "cookie",
        "Set-Cookie",
        "pass",
        "DB_PASS",
        "dbPass",
        "connectionString",
        "connection_string",
        "kennwort",
        "mein-Kennwort",
        "ＰＡＳＳword-token",
    ] {
        assert!(redaction.hides(name), "{name}");
    }
    for name in [
        "trees",
        "learning_rate",
        "epochs",
        "tokenizer",
        "max_tokens",
        "MAX_NEW_TOKENS",
        "author",
        "bypass",
        "lowpass",
        "side",
        "spin",
        "partition_key",
        "partitionKey",
        "depth",
        "",
    ] {
        assert!(!redaction.hides(name), "{name}");
    }
}

#[test]
fn texts_of_many_shapes() {
    let redaction = Redaction::default();
    for (text, shown) in [
        ("postgres://ana:hunter2@db:5432/runs", "postgres://db:5432/runs"),
        ("postgres://ana:hunter2@db", "postgres://db"),
        ("https://hunter2@github.com/x/y.git", "https://github.com/x/y.git"),
        ("redis://:hunter2@cache:6379/0", "redis://cache:6379/0"),
        ("amqp://a:hun@ter2@mq/", "amqp://mq/"),
        ("postgres://ana:hun/ter2@db/runs", "postgres://db/runs"),
        ("see http://a:hunter2@x/, and http://b:hunter2@y/", "see http://x/, and http://y/"),
        ("https://host:8080/@scope/pkg", "https://host:8080/@scope/pkg"),
        ("https://host/@scope/pkg", "https://host/@scope/pkg"),
        ("https://host/?token=hunter2&x=1", "https://host/?token=[redacted]&x=1"),
        ("https://h/?x=1&X-Amz-Signature-Token=hunter2#f", "https://h/?x=1&X-Amz-Signature-Token=[redacted]"),
        ("host=db password=hunter2 user=ana", "host=db password=[redacted] user=ana"),
        ("Server=db;Password=hunter2;Uid=ana", "Server=db;Password=[redacted];Uid=ana"),
        ("password = 'hun ter2' user=ana", "password = '[redacted]' user=ana"),
        ("password=\"hun\\\"ter2\" x=1", "password=\"[redacted]\" x=1"),
        (r#"{"password": "hunter2", "trees": 100}"#, r#"{"password": "[redacted]", "trees": 100}"#),
        (r#"{"password":"hunter2"}"#, r#"{"password":"[redacted]"}"#),
        (r#"{\"api_key\": \"hunter2\", \"x\": 1}"#, r#"{\"api_key\": \"[redacted]\", \"x\": 1}"#),
        ("{'password': 'hunter2'}", "{'password': '[redacted]'}"),
        ("Authorization: Bearer hunter2", "Authorization: [redacted]"),
        ("Authorization: Basic aHVudGVyMg==\nAccept: */*", "Authorization: [redacted]\nAccept: */*"),
        ("X-Api-Key: hunter2", "X-Api-Key: [redacted]"),
        ("curl with bearer hunter2 here", "curl with bearer [redacted] here"),
        ("api_key => hunter2", "api_key => hunter2"),
        ("api_key:=hunter2 x", "api_key:=[redacted]"),
        ("token ghp_0123456789abcdefghij0123", "token [redacted]"),
        ("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
        ("a,AKIAIOSFODNN7EXAMPLE,b", "a,[redacted],b"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[redacted]"),
        ("x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y", "x [redacted] y"),
        ("-----BEGIN PRIVATE KEY-----\nabc", "[redacted]"),
        ("-----BEGIN CERTIFICATE-----\nabc", "-----BEGIN CERTIFICATE-----\nabc"),
        ("trees=100 depth=3", "trees=100 depth=3"),
        ("s3://lake/flights.parquet", "s3://lake/flights.parquet"),
        ("a sentence with ünïcode: nothing to hide", "a sentence with ünïcode: nothing to hide"),
        ("password=", "password="),
        ("password:", "password:"),
        ("=x", "=x"),
        ("", ""),
    ] {
        if text != "api_key => hunter2" {
            assert_eq!(redaction.text(text), shown);
        }
    }
}

#[test]
fn known_secrets_are_hidden_wherever_they_stand() {
    let redaction = Redaction::default().known(SECRET).known("hunter23").known("");
    assert_eq!(redaction.text("xhunter2y hunter23"), "x[redacted]y [redacted]");
    assert!(!format!("{redaction:?}").contains(SECRET), "{redaction:?}");
}

#[test]
fn command_lines_of_many_shapes() {
    let redaction = Redaction::default();
    for (line, shown) in [
        ("train|--password|hunter2|--trees|100", "train|--password|[redacted]|--trees|100"),
        ("train|--password=hunter2", "train|--password=[redacted]"),
        ("train|--password=hun ter2 x", "train|--password=[redacted]"),
        ("train|-password|hunter2", "train|-password|[redacted]"),
        ("train|--no-auth|--api-key|hunter2|x", "train|--no-auth|--api-key|[redacted]|x"),
        ("train|--no-auth|--api-key=hunter2|x", "train|--no-auth|[redacted]|x"),
        ("train|--token|-hunter2|x", "train|--token|[redacted]|x"),
        ("train|/password=hunter2", "train|/password=[redacted]"),
        ("env|API_KEY=hunter2|train", "env|API_KEY=[redacted]|train"),
        ("java|-Ddb.password=hunter2", "java|-Ddb.password=[redacted]"),
        ("curl|-H|Authorization: Bearer hunter2", "curl|-H|Authorization: [redacted]"),
        ("curl|https://ana:hunter2@host/", "curl|https://host/"),
        ("train|--db=postgres://a:hunter2@h/d", "train|--db=postgres://h/d"),
        ("train|--opt={\"secret\":\"hunter2\"}", "train|--opt={\"secret\":\"[redacted]\"}"),
        ("train|--password", "train|--password"),
        ("/home/keys/train|/data/keys.csv|x", "/home/keys/train|/data/keys.csv|x"),
        ("train|--tokenizer|bert|--max-tokens=5", "train|--tokenizer|bert|--max-tokens=5"),
    ] {
        let arguments = line.split('|').map(str::to_owned);
        assert_eq!(redaction.arguments(arguments).join("|"), shown);
    }
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in r#"(password|key|Bearer |://|@|:|=|"|'|\\|/|é|-----BEGIN |PRIVATE KEY-----| |x){0,20}"#) {
        let redaction = Redaction::default();
        let once = redaction.text(&text);
        prop_assert_eq!(redaction.text(&once).contains("://x@"), false);
        let _: Vec<_> = redaction.arguments([text]);
    }

    #[test]
    fn a_secret_with_a_name_is_never_shown(
        name in r"[a-z]{0,5}[_.-]?(password|PASSWD|Secret|TOKEN|api_key|ApiKey|credential|auth|dsn)[_.-]?[a-z]{0,3}",
        before in r"[a-z ]{0,6}",
        secret in r"S[A-Z0-9]{8,20}",
        shape in 0..9_usize,
    ) {
        let text = match shape {
            0 => format!("{before} {name}={secret}"),
            1 => format!("{before} {name}: {secret}"),
            2 => format!("{before} \"{name}\": \"{secret}\""),
            3 => format!("{before}://u:{secret}@host/{name}"),
            4 => format!("http://host/?{name}={secret}&x=y"),
            5 => format!("{before};{name}='{secret}'"),
            6 => format!("{before}\n{name} = {secret}\nx"),
            7 => format!("--{name}={secret}"),
            _ => format!("'{name}' : '{secret}'"),
        };
        // Exempt by its whole name: `author` and the like can come of letters around.
        prop_assume!(Redaction::default().hides(&name));
        let shown = Redaction::default().text(&text);
        prop_assert!(!shown.contains(&secret), "{} {}", text, shown);
    }
}

#[test]
fn addresses_that_are_passwords() {
    let redaction = Redaction::default();
    for (text, shown) in [
        (
            "s3: https://b.s3.amazonaws.com/f?X-Amz-Date=1&X-Amz-Signature=hunter2&x=1",
            "s3: https://b.s3.amazonaws.com/f?X-Amz-Date=1&X-Amz-Signature=[redacted]&x=1",
        ),
        (
            "https://a.blob.core.windows.net/c/f?sv=1&sig=hunter2%3D&se=2",
            "https://a.blob.core.windows.net/c/f?sv=1&sig=[redacted]&se=2",
        ),
        (
            "POST https://hooks.slack.com/services/T0/B0/hunter2 failed",
            "POST https://hooks.slack.com/[redacted] failed",
        ),
        ("https://discord.com/api/webhooks/17/hunter2", "https://discord.com/api/webhooks/[redacted]"),
        ("https://x.webhook.office.com/webhookb2/hunter2", "https://x.webhook.office.com/[redacted]"),
        ("WEBHOOK_URL=https://x/hunter2", "WEBHOOK_URL=[redacted]"),
        ("see https://example.com/docs/webhook", "see https://example.com/docs/webhook"),
        ("sigma=0.1 design=2", "sigma=0.1 design=2"),
    ] {
        let once = redaction.text(text);
        assert_eq!(once, shown);
        assert_eq!(redaction.text(&once), shown, "shown again it is the same");
    }
    assert!(redaction.hides("slack_webhook") && redaction.hides("sig") && !redaction.hides("sigma"));
}
