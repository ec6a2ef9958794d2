//! The page shows the course up to the decision.

use mlops_report::Page;
use mlops_serve_core::rollout::{Event, Phase, Rollout, RolloutPlan};

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

/// What is drawn of the segments: the figure with that title and the text behind it.
fn of_segments(rollout: &Rollout) -> (String, String) {
    let html = Page::new("rollout").section(rollout.section("Canary")).render();
    let from = html.find("by segment, at the end").unwrap_or(html.len());
    let (chart, behind) = html[from..].split_once("</figure>").unwrap_or_default();
    (chart.to_owned(), behind.to_owned())
}

#[test]
fn a_segment_of_few_requests_is_named_and_not_drawn() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    let mut number = 0;
    let mut send = |carrier: &str, count: usize, score: f64| {
        for _ in 0..count {
            let mut pair = pair(number, minute(number as u64), score, 0.3);
            pair.segments = vec![("carrier".into(), carrier.into())];
            let _ = rollout.apply(Event::Pair(&pair));
            number += 1;
        }
        rollout.clone()
    };
    send("AA", 20, 0.301_234);
    let (chart, behind) = of_segments(&send("HA", 19, 0.3));
    assert!(chart.contains("carrier=AA") && !chart.contains("carrier=HA"), "{chart}");
    assert!(chart.contains("0.001 ["), "three decimals: {chart}");
    assert!(behind.contains("Too few canary requests to say: carrier=HA (n = 19)."), "{behind}");

    // Few are enough for a stop, if they differ by much: then they are drawn.
    let stopped = send("VX", 19, 1.0);
    assert!(matches!(stopped.phase(), Phase::Stopped(_)), "{}", stopped.status());
    let (chart, behind) = of_segments(&stopped);
    assert!(chart.contains("carrier=VX"), "{chart}");
    assert!(behind.contains("carrier=HA (n = 19)."), "{behind}");
}
