use crate::rule::date_text::characters::{is_digit, is_letter, is_space};

/// Tokens: runs of letters, numbers with their point, single other characters.
pub(super) fn split(text: &str) -> Vec<String> {
    /// What a token is so far.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum State {
        Word,
        Number,
        DottedWord,
        DottedNumber,
    }
    let mut letters = text.chars().filter(|one| *one != '\0').peekable();
    let mut tokens = Vec::new();
    while let Some(first) = letters.next() {
        let mut state = if is_letter(first) {
            State::Word
        } else if is_digit(first) {
            State::Number
        } else {
            tokens.push(if is_space(first) { " ".to_owned() } else { first.to_string() });
            continue;
        };
        let mut token = String::from(first);
        let mut seen_letters = false;
        while let Some(next) = letters.peek().copied() {
            // A word of one letter at the end of the text has seen none, as in the original.
            seen_letters |= matches!(state, State::Word | State::DottedWord);
            let after_point = token.ends_with('.');
            state = match state {
                State::Word if is_letter(next) => State::Word,
                State::Word if next == '.' => State::DottedWord,
                State::Number if is_digit(next) => State::Number,
                State::Number if next == '.' => State::DottedNumber,
                State::Number if next == ',' && token.chars().nth(1).is_some() => State::DottedNumber,
                State::DottedWord if next == '.' || is_letter(next) => State::DottedWord,
                State::DottedWord if is_digit(next) && after_point => State::DottedNumber,
                State::DottedNumber if next == '.' || is_digit(next) => State::DottedNumber,
                State::DottedNumber if is_letter(next) && after_point => State::DottedWord,
                _ => break,
            };
            token.push(next);
            letters.next();
        }
        let dotted = matches!(state, State::DottedWord | State::DottedNumber);
        let points = token.matches('.').count();
        if dotted && (seen_letters || points > 1 || token.ends_with(['.', ','])) {
            let mut part = String::new();
            let mut is_first = true;
            for letter in token.chars() {
                if matches!(letter, '.' | ',') {
                    // The first part is kept even if it is empty.
                    if is_first || !part.is_empty() {
                        tokens.push(std::mem::take(&mut part));
                    }
                    is_first = false;
                    tokens.push(letter.to_string());
                } else {
                    part.push(letter);
                }
            }
            if !part.is_empty() {
                tokens.push(part);
            }
        } else if state == State::DottedNumber && points == 0 {
            tokens.push(token.replace(',', "."));
        } else {
            tokens.push(token);
        }
    }
    tokens
}
