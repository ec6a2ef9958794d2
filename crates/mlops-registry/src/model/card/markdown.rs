use std::fmt::Write as _;

use mlops_core::number;

use super::FilledCard;

impl FilledCard {
    /// The card as Markdown (`CommonMark` with GitHub's tables). Whatever people have written
    /// is text there: none of it becomes markup, HTML, or a link, be it bare as `https://…` or
    /// `www.…`. What a host makes of the text after that, as GitHub does of `@name` and of
    /// addresses for mail, no Markdown can keep it from.
    pub fn to_markdown(&self) -> String {
        let mut page = Page(format!("# {}\n", text(&self.title())));
        for line in self.description.lines().filter(|line| !line.trim().is_empty()) {
            page.paragraph(line);
        }
        page.table(&["", ""], self.facts().into_iter().map(|(name, value)| vec![name, value]));
        for (heading, paragraphs) in self.card().headings() {
            page.list(heading, paragraphs);
        }
        let rows = |of: &dyn Fn() -> Vec<Vec<String>>| of();
        let columns = rows(&|| {
            let columns = self.columns().into_iter();
            columns
                .map(|(side, name, kind, required)| vec![side.to_owned(), name, kind, required.to_owned()])
                .collect()
        });
        page.section("Inputs and outputs", &["side", "name", "type", ""], columns);
        let metrics = self.version.lineage.metrics.iter();
        let metrics = metrics.map(|(name, value)| vec![name.clone(), figure(*value)]).collect();
        page.section("Metrics of the run", &["metric", "value"], metrics);
        let checks = self.checks().into_iter().map(|(gate, check, observed, expected, outcome)| {
            let observed = observed.map(figure).unwrap_or_default();
            vec![gate, check, observed, expected, format!("{outcome:?}").to_lowercase()]
        });
        page.section("Evidence", &["gate", "check", "observed", "expected", "outcome"], checks.collect());
        let data = self.version.lineage.data.iter();
        let data = data.map(|(name, digest)| vec![name.clone(), digest.to_string()]).collect();
        page.section("Data", &["data set", "digest"], data);
        let params = self.version.lineage.params.iter();
        let params = params.map(|(name, value)| vec![name.clone(), value.clone()]).collect();
        page.section("Parameters", &["parameter", "value"], params);
        page.0
    }
}

struct Page(String);

impl Page {
    // Writing to text can't fail.
    fn paragraph(&mut self, words: &str) {
        let _ = writeln!(self.0, "\n{}", text(words));
    }

    fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.0, "\n## {heading}");
    }

    fn list(&mut self, heading: &str, paragraphs: &[String]) {
        if paragraphs.is_empty() {
            return;
        }
        self.heading(heading);
        self.0.push('\n');
        for paragraph in paragraphs {
            let _ = writeln!(self.0, "- {}", text(paragraph));
        }
    }

    fn section(&mut self, heading: &str, head: &[&str], rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.heading(heading);
            self.table(head, rows);
        }
    }

    fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let _ = writeln!(self.0, "\n| {} |", head.join(" | "));
        let _ = writeln!(self.0, "|{}", " --- |".repeat(head.len()));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| text(cell)).collect();
            let _ = writeln!(self.0, "| {} |", cells.join(" | "));
        }
    }
}

fn figure(value: f64) -> String {
    number::name(value).map_or_else(|| value.to_string(), str::to_owned)
}

/// Words as words: every character that could mean something has a backslash before it, and
/// the lines become one.
fn text(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let begins = escaped.is_empty();
        // A number, a point and a space begin a list.
        let ends_number = matches!(c, '.' | ')')
            && rest.peek().is_none_or(|next| *next == ' ')
            && !begins
            && escaped.chars().all(|c| c.is_ascii_digit());
        let means = "\\`*_{}[]<>|~#&!$@".contains(c);
        // GitHub makes links of bare addresses.
        let links = match c {
            ':' => rest.peek() == Some(&'/'),
            '.' => ends_in_www(&escaped),
            _ => false,
        };
        if means || links || ends_number || (begins && "-+=".contains(c)) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn ends_in_www(text: &str) -> bool {
    let last = text.len().checked_sub(3).and_then(|at| text.get(at..));
    last.is_some_and(|last| last.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        for (words, escaped) in [
            ("0.71, by day", "0.71, by day"),
            ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
            ("a | b\nc", "a \\| b c"),
            ("- not a list", "\\- not a list"),
            ("1. not a list", "1\\. not a list"),
            ("# no *heading* [x](y)", "\\# no \\*heading\\* \\[x\\](y)"),
            ("a&lt;b", "a\\&lt;b"),
            ("c:\\temp", "c:\\\\temp"),
            ("see https://x.example/a", "see https\\://x.example/a"),
            ("WWW.x.example, www.y", "WWW\\.x.example, www\\.y"),
            ("@ana: a/b", "\\@ana: a/b"),
            ("", ""),
        ] {
            assert_eq!(text(words), escaped, "{words}");
        }
    }
}
