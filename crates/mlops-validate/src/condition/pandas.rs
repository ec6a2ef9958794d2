//! The part of pandas' query language that states conditions on rows.

use super::{Comparison, Constant, Expr, Operand};
use crate::table::{Cell, Scalar};

/// Parentheses and `not`s within each other.
const MAX_DEPTH: usize = 64;

/// Reads an expression.
///
/// # Errors
/// What is wrong with it, or not supported.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err("the condition is empty".to_owned());
    }
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(format!("unexpected {token} after the condition")),
    }
}

/// A number as Python writes it: whole unless it has a point or an exponent.
pub(super) fn number(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok().map(Cell::Int)
    } else {
        text.parse().ok().map(Cell::Float)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Quoted(String),
    Text(String),
    Number(Constant),
    Sign(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Quoted(name) => write!(f, "`{name}`"),
            Self::Text(text) => write!(f, "the text {text:?}"),
            Self::Number(number) => write!(f, "the number {}", number.0),
            Self::Sign(sign) => write!(f, "{sign:?}"),
        }
    }
}

const SIGNS: [&str; 17] =
    ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", ".", "&", "|", "~", "-", "+"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '"' || first == '\'' || first == '`' {
            let (inner, after) = quoted(&rest[1..], first)?;
            tokens.push(if first == '`' { Token::Quoted(inner) } else { Token::Text(inner) });
            rest = after;
        } else if first.is_ascii_digit()
            || (first == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit()))
        {
            let end = number_end(rest);
            let value = number(&rest[..end]).ok_or_else(|| format!("{:?} is no number", &rest[..end]))?;
            tokens.push(Token::Number(Constant(value)));
            rest = &rest[end..];
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            return Err(format!("{first:?} is not supported in a condition"));
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// Where a number ends that `text` starts with.
fn number_end(text: &str) -> usize {
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        let signed_exponent = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E');
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || signed_exponent) {
            return at;
        }
        previous = c;
    }
    text.len()
}

/// The text up to the closing quote, and what follows it.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut inner = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((inner, &text[at + c.len_utf8()..]));
        }
        if c == '\\' && quote != '`' {
            match chars.next() {
                Some((_, 'n')) => inner.push('\n'),
                Some((_, 't')) => inner.push('\t'),
                Some((_, escaped @ ('\\' | '"' | '\''))) => inner.push(escaped),
                Some((_, other)) => return Err(format!("the escape \\{other} is not supported")),
                None => break,
            }
        } else {
            inner.push(c);
        }
    }
    Err(format!("a {quote} is not closed"))
}

/// A part of an expression: a condition, or a value that waits for a comparison.
enum Node {
    Condition(Expr),
    Operand(Operand),
    List(Vec<Constant>),
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Sign(next)) if *next == sign);
        self.at += usize::from(is);
        is
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Name(next)) if next == word);
        self.at += usize::from(is);
        is
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("the condition is nested more than {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn any(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") || self.take_sign("|") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.not()?];
        while self.take_word("and") || self.take_sign("&") {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Expr::All))
    }

    fn not(&mut self) -> Result<Expr, String> {
        if self.take_word("not") {
            self.deeper(Self::not).map(|inner| Expr::Not(Box::new(inner)))
        } else {
            self.comparison()
        }
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let mut left = self.primary()?;
        let mut parts = Vec::new();
        loop {
            if let Some(Token::Sign(sign)) = self.peek()
                && let Some(op) = Comparison::parse(sign)
            {
                self.at += 1;
                let right = self.primary()?;
                parts.push(compare(&left, op, &right)?);
                left = right;
            } else if self.take_word("in") {
                return self.membership(&left, false);
            } else if matches!(self.tokens.get(self.at..self.at + 2), Some([Token::Name(a), Token::Name(b)]) if a == "not" && b == "in")
            {
                self.at += 2;
                return self.membership(&left, true);
            } else {
                break;
            }
        }
        if !parts.is_empty() {
            return Ok(one_or(parts, Expr::All));
        }
        match left {
            Node::Condition(expr) => Ok(expr),
            Node::Operand(Operand::Column(column)) => Ok(Expr::Flag { column }),
            Node::Operand(Operand::Constant(constant)) => {
                Err(format!("{} alone is no condition", constant.0))
            }
            Node::List(_) => Err("a list alone is no condition".to_owned()),
        }
    }

    fn membership(&mut self, left: &Node, negated: bool) -> Result<Expr, String> {
        let Node::Operand(Operand::Column(column)) = left else {
            return Err("only a column can be `in` a list".to_owned());
        };
        let constants = if self.take_sign("[") {
            self.list("]")?
        } else if self.take_sign("(") {
            self.list(")")?
        } else {
            return Err("expected a list after `in`".to_owned());
        };
        Ok(Expr::In { column: column.clone(), constants, negated })
    }

    /// Constants up to the closing sign.
    fn list(&mut self, close: &str) -> Result<Vec<Constant>, String> {
        let mut constants = Vec::new();
        while !self.take_sign(close) {
            match self.primary()? {
                Node::Operand(Operand::Constant(constant)) => constants.push(constant),
                _ => return Err("a list may only hold constants".to_owned()),
            }
            if !self.take_sign(",") && !matches!(self.peek(), Some(Token::Sign(next)) if *next == close) {
                return Err(format!("expected , or {close} in a list"));
            }
        }
        Ok(constants)
    }

    fn primary(&mut self) -> Result<Node, String> {
        let token = self.peek().cloned().ok_or("the condition ends too early")?;
        self.at += 1;
        let constant = |value| Ok(Node::Operand(Operand::Constant(Constant(value))));
        match token {
            Token::Number(value) => constant(value.0),
            Token::Text(text) => constant(Cell::Text(text.into())),
            Token::Sign("-" | "+") => match self.tokens.get(self.at).cloned() {
                Some(Token::Number(Constant(value))) => {
                    self.at += 1;
                    let minus = token == Token::Sign("-");
                    constant(match value {
                        Cell::Int(value) if minus => Cell::Int(-value),
                        Cell::Float(value) if minus => Cell::Float(-value),
                        value => value,
                    })
                }
                _ => Err("arithmetic is not supported in a condition".to_owned()),
            },
            Token::Sign("(") => {
                let inner = self.deeper(Self::any)?;
                if self.take_sign(")") {
                    // A column in parentheses is still a column.
                    Ok(match inner {
                        Expr::Flag { column } => Node::Operand(Operand::Column(column)),
                        inner => Node::Condition(inner),
                    })
                } else {
                    Err("a ( is not closed".to_owned())
                }
            }
            Token::Sign("[") => self.list("]").map(Node::List),
            Token::Sign("~") => {
                let inner = match self.deeper(Self::primary)? {
                    Node::Condition(expr) => expr,
                    Node::Operand(Operand::Column(column)) => Expr::Flag { column },
                    _ => return Err("~ needs a condition".to_owned()),
                };
                Ok(Node::Condition(Expr::Not(Box::new(inner))))
            }
            Token::Sign(sign) => Err(format!("unexpected {sign:?}")),
            Token::Name(name) => match name.as_str() {
                "True" => constant(Cell::Bool(true)),
                "False" => constant(Cell::Bool(false)),
                "None" => constant(Cell::Missing),
                "and" | "or" | "not" | "in" | "is" | "if" | "else" | "lambda" | "for" => {
                    Err(format!("unexpected {name:?}"))
                }
                _ => self.column(name),
            },
            Token::Quoted(name) => self.column(name),
        }
    }

    /// A column, with the method that asks for missing values if there is one.
    fn column(&mut self, column: String) -> Result<Node, String> {
        if matches!(self.peek(), Some(Token::Sign("("))) {
            return Err(format!("the function {column:?} is not supported in a condition"));
        }
        if !self.take_sign(".") {
            return Ok(Node::Operand(Operand::Column(column)));
        }
        let method = match self.peek() {
            Some(Token::Name(method)) => method.clone(),
            _ => return Err("expected a method after the dot".to_owned()),
        };
        self.at += 1;
        let negated = match method.as_str() {
            "isnull" | "isna" => false,
            "notnull" | "notna" => true,
            _ => return Err(format!("the method {method:?} is not supported in a condition")),
        };
        if self.take_sign("(") && self.take_sign(")") {
            Ok(Node::Condition(Expr::IsMissing { column, negated }))
        } else {
            Err(format!("expected () after {method}"))
        }
    }
}

fn compare(left: &Node, op: Comparison, right: &Node) -> Result<Expr, String> {
    match (left, right) {
        (Node::Operand(Operand::Constant(_)), Node::Operand(Operand::Constant(_))) => {
            Err("a comparison of two constants is no condition on rows".to_owned())
        }
        (Node::Operand(left), Node::Operand(right)) => {
            Ok(Expr::Compare { left: left.clone(), op, right: right.clone() })
        }
        (Node::Operand(Operand::Column(column)), Node::List(constants))
        | (Node::List(constants), Node::Operand(Operand::Column(column)))
            if matches!(op, Comparison::Equal | Comparison::NotEqual) =>
        {
            let (column, constants) = (column.clone(), constants.clone());
            Ok(Expr::In { column, constants, negated: op == Comparison::NotEqual })
        }
        _ => Err(format!("{} compares columns and constants only", op.name())),
    }
}

fn one_or(mut parts: Vec<Expr>, many: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 { parts.swap_remove(0) } else { many(parts) }
}

#[cfg(test)]
mod tests;
