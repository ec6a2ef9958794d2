//! Reads what a scrape got, strictly: whatever the formats don't allow panics.
#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs of it")]

use std::collections::BTreeSet;

/// One family: its header lines as they are, and its samples in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    pub name: String,
    pub help: String,
    pub kind: String,
    /// `HELP`, `TYPE` and `UNIT`.
    pub header: Vec<String>,
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    /// In the order of the text.
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

impl Sample {
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }

    /// The labels that tell the series of a family apart.
    pub fn series(&self) -> BTreeSet<(&str, &str)> {
        let labels = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        labels.filter(|(name, _)| !matches!(*name, "le" | "quantile")).collect()
    }
}

/// The families of `text`; in OpenMetrics up to its `# EOF`.
pub fn read(text: &str, open_metrics: bool) -> Vec<Family> {
    let body = if open_metrics { text.strip_suffix("# EOF\n").expect("# EOF at the end") } else { text };
    assert!(body.is_empty() || body.ends_with('\n'), "no line feed at the end");
    let mut families: Vec<Family> = Vec::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let mut rest = Reader(rest);
            let name = rest.header_name();
            let help = unescape(rest.0.strip_prefix(' ').expect("a blank"), open_metrics);
            assert!(families.iter().all(|family| family.name != name), "{name} comes twice");
            families.push(Family {
                name,
                help,
                kind: String::new(),
                header: vec![line.to_owned()],
                samples: Vec::new(),
            });
            continue;
        }
        let family = families.last_mut().expect("a HELP line comes first");
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let mut rest = Reader(rest);
            assert_eq!(rest.header_name(), family.name);
            rest.0.strip_prefix(' ').expect("a blank").clone_into(&mut family.kind);
            family.header.push(line.to_owned());
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            assert_eq!(Reader(rest).header_name(), family.name);
            family.header.push(line.to_owned());
        } else {
            let sample = Reader(line).sample();
            assert!(
                sample.name.starts_with(&family.name) || family.kind == "counter",
                "{line} in {}",
                family.name
            );
            family.samples.push(sample);
        }
    }
    families
}

fn unescape(text: &str, quotes: bool) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if quotes => '"',
                other => panic!("\\{other:?} in {text:?}"),
            },
            c => c,
        });
    }
    out
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn take(&mut self, c: char) -> bool {
        let rest = self.0.strip_prefix(c);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn quoted(&mut self) -> String {
        assert!(self.take('"'), "a quote expected at {:?}", self.0);
        let mut escaped = false;
        let end = self.0.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (inside, rest) = self.0.split_at(end.expect("a closing quote"));
        self.0 = &rest[1..];
        unescape(inside, true)
    }

    /// A name without quotes, of which only these characters are.
    fn bare(&mut self) -> String {
        let end = self.0.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
        let (name, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        assert!(name.starts_with(|c: char| !c.is_ascii_digit()), "a name expected at {:?}", self.0);
        self.0 = rest;
        name.to_owned()
    }

    fn header_name(&mut self) -> String {
        if self.0.starts_with('"') { self.quoted() } else { self.bare() }
    }

    fn sample(mut self) -> Sample {
        let mut name = if self.0.starts_with('{') { String::new() } else { self.bare() };
        let mut labels = Vec::new();
        if self.take('{') {
            loop {
                let label = self.header_name();
                if self.take('=') {
                    labels.push((label, self.quoted()));
                } else {
                    assert!(name.is_empty(), "a second name {label:?}");
                    name = label;
                }
                if self.take('}') {
                    break;
                }
                assert!(self.take(','), "a comma expected at {:?}", self.0);
            }
        }
        assert!(self.take(' '), "a blank expected at {:?}", self.0);
        let value = match self.0 {
            "+Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            "NaN" => f64::NAN,
            number => {
                assert!(number.contains(['.', 'e']), "{number:?} is not written as a float");
                number.parse().expect("a number")
            }
        };
        Sample { name, labels, value }
    }
}
