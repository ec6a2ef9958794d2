use std::borrow::Cow;
use std::fmt::Write as _;

/// What happens to names outside `[a-zA-Z_:][a-zA-Z0-9_:]*`, which only Prometheus from
/// 3.0 on reads as they are. Values of labels are any UTF-8 in all of them.
///
/// # Source
/// The escaping schemes of `prometheus_client` 0.26.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Escaping {
    /// As they are, in quotes.
    #[default]
    AllowUtf8,
    /// `_` for each character that is not allowed: two names may become one.
    Underscores,
    /// `_dot_` for a dot, `__` for `_` and for any other character that is not allowed.
    Dots,
    /// `U__` and then the code point between underscores: can be undone.
    Values,
}

impl Escaping {
    /// As it is called in a `Content-Type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllowUtf8 => "allow-utf-8",
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
        }
    }

    /// The one that is called so.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::AllowUtf8, Self::Underscores, Self::Dots, Self::Values]
            .into_iter()
            .find(|it| it.as_str() == name)
    }

    pub(super) fn metric_name(self, name: &str) -> Cow<'_, str> {
        self.escape(name, |c| c == ':')
    }

    pub(super) fn label_name(self, name: &str) -> Cow<'_, str> {
        self.escape(name, |_| false)
    }

    fn escape(self, name: &str, also: fn(char) -> bool) -> Cow<'_, str> {
        let allowed = |at: usize, c: char| {
            c.is_ascii_alphabetic() || c == '_' || also(c) || (c.is_ascii_digit() && at > 0)
        };
        let plain = name.char_indices().all(|(at, c)| allowed(at, c));
        if plain && self != Self::Dots {
            return Cow::Borrowed(name);
        }
        let mut out = String::from(match self {
            Self::AllowUtf8 => "\"",
            Self::Values => "U__",
            Self::Underscores | Self::Dots => "",
        });
        for (at, c) in name.char_indices() {
            match (self, c) {
                (Self::AllowUtf8, '\\') => out.push_str("\\\\"),
                (Self::AllowUtf8, '\n') => out.push_str("\\n"),
                (Self::AllowUtf8, '"') => out.push_str("\\\""),
                (Self::AllowUtf8, _) => out.push(c),
                (Self::Dots | Self::Values, '_') => out.push_str("__"),
                (Self::Dots, '.') => out.push_str("_dot_"),
                (_, _) if allowed(at, c) => out.push(c),
                (Self::Dots, _) => out.push_str("__"),
                (Self::Underscores, _) => out.push('_'),
                // Writing to a String can't fail.
                (Self::Values, _) => drop(write!(out, "_{:x}_", u32::from(c))),
            }
        }
        if self == Self::AllowUtf8 {
            out.push('"');
        }
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `escape_metric_name` of `prometheus_client` 0.26.0 answered.
    #[test]
    fn names_as_the_python_client_escapes_them() {
        for (name, utf8, underscores, dots, values) in [
            ("a_b:c1", "a_b:c1", "a_b:c1", "a__b:c1", "a_b:c1"),
            (
                "1st.größe x",
                "\"1st.größe x\"",
                "_st_gr__e_x",
                "__st_dot_gr____e__x",
                "U___31_st_2e_gr_f6__df_e_20_x",
            ),
            ("q\"u\\o\nte", "\"q\\\"u\\\\o\\nte\"", "q_u_o_te", "q__u__o__te", "U__q_22_u_5c_o_a_te"),
            ("温_度", "\"温_度\"", "___", "______", "U___6e29____5ea6_"),
        ] {
            assert_eq!(Escaping::AllowUtf8.metric_name(name), utf8);
            assert_eq!(Escaping::Underscores.metric_name(name), underscores);
            assert_eq!(Escaping::Dots.metric_name(name), dots);
            assert_eq!(Escaping::Values.metric_name(name), values);
        }
        assert_eq!(Escaping::AllowUtf8.label_name("a:b"), "\"a:b\"");
        assert_eq!(Escaping::Values.label_name("a:b"), "U__a_3a_b");
    }
}
