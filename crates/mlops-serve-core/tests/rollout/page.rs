//! The page shows the course up to the decision.

use mlops_report::Page;
use mlops_serve_core::rollout::{Event, RolloutPlan};

use crate::{hour, minute, pair, start};

#[test]
fn it_says_why_and_draws_every_check() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    for number in 0..2_000_usize {
        let _ = rollout.apply(Event::Pair(&pair(number, minute(10 * number as u64), 0.05, 0.3)));
    }
    let html = Page::new("rollout").section(rollout.section("Canary of 1.2.0")).render();
    for part in [
        "Canary of 1.2.0",
        "1.2.0 was stopped by carrier=UA",
        "Failures: candidate",
        "Harm: squared",
        "outside ±0.05",
        "stopped here",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.matches("<svg").count() >= 3, "{}", html.matches("<svg").count());
    let running = start(RolloutPlan::default(), hour(0)).section("Just begun");
    assert!(Page::new("rollout").section(running).render().contains("is on trial"));
}
