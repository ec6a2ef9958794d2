//! One look: the rows of now against the reference.

use mlops_core::Window as Span;

use super::schedule::TICK;
use super::{Cadence, CurrentWindow, DriftMonitor, WindowReport};
use crate::{Window, WindowAccumulator};

impl DriftMonitor {
    /// Judges the rows so far as those of `window`, and begins anew.
    pub(super) fn finish(&mut self, window: Span) -> WindowReport {
        let new_rows = self.progress.new_rows();
        let (window, rows) = self.slide(window);
        let mut report = WindowReport {
            window,
            rows,
            new_rows,
            late_rows: std::mem::take(&mut self.progress.late_rows),
            min_rows: self.rules.min_rows,
            severity: self.rules.detector.settings().severity,
            drift: None,
            look: None,
            alarms: Vec::new(),
        };
        // The same rows once more would say the same once more.
        let judged = rows >= self.rules.min_rows && new_rows > 0;
        if let Some(current) = self.looked(judged) {
            self.judge(&current, &mut report);
        }
        self.progress.seen = None;
        self.remember(report.clone());
        report
    }

    /// Forgets what is not of the window any more, and says from when to when it is and how
    /// many rows it has.
    fn slide(&mut self, window: Span) -> (Span, u64) {
        let Some(latest) = &mut self.progress.latest else {
            return (window, self.progress.rows.rows());
        };
        let until = match (self.rules.cadence, latest.seen()) {
            (Cadence::Rows(_), Some((_, last))) => last + TICK,
            _ => window.until(),
        };
        let from = match self.rules.window {
            CurrentWindow::LatestSpan(span) => {
                latest.keep_from(until - span);
                Some(until - span)
            }
            _ => latest.seen().map(|(first, _)| first),
        };
        let slid = from.and_then(|from| Span::new(from, until).ok());
        (slid.unwrap_or(window), latest.rows())
    }

    /// The rows of the window, if they are to be judged. They are no longer new.
    fn looked(&mut self, judged: bool) -> Option<Window> {
        if let Some(latest) = &mut self.progress.latest {
            let current = judged.then(|| latest.window());
            latest.looked();
            return current;
        }
        let rows = std::mem::replace(&mut self.progress.rows, WindowAccumulator::new(&self.rules.columns));
        judged.then(|| rows.finish())
    }

    fn judge(&mut self, current: &Window, report: &mut WindowReport) {
        let (rules, progress) = (&self.rules, &mut self.progress);
        let (until, alpha) = (report.window.until(), rules.detector.settings().alpha);
        let look = progress.looks.next(rules.horizon, rules.cadence, until, alpha);
        // The only error is a side without rows, and neither is.
        if let Ok(drift) = rules.detector.look(&self.reference, current, look.share) {
            report.alarms = progress.alarms.look(&rules.alarms, until, &drift, rules.keep);
            (report.drift, report.look) = (Some(drift), Some(look));
        }
    }

    fn remember(&mut self, report: WindowReport) {
        let history = &mut self.progress.history;
        if let Some(drift) = history.back_mut().and_then(|latest| latest.drift.as_mut()) {
            drift.columns.iter_mut().for_each(|column| column.distribution = None);
        }
        history.push_back(report);
        while history.len() > self.rules.keep {
            history.pop_front();
        }
    }
}
