//! The report as JUnit XML, for CI systems.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::Report;

impl Report {
    /// The report as JUnit XML: one test suite a route, one test case a session.
    ///
    /// # Errors
    /// When the XML writer fails, which it does for no input known.
    pub fn junit(&self) -> Result<String, quick_junit::SerializeError> {
        // Suites are filled before they are added, since the report counts them as it takes them.
        let mut suites: Vec<TestSuite> = Vec::new();
        for session in &self.sessions {
            let route = &*session.conn.route;
            let status = match session.failures.first() {
                None => TestCaseStatus::success(),
                Some(first) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    let all: Vec<_> = session.failures.iter().map(ToString::to_string).collect();
                    status
                        .set_message(format!("{}: {}", first.step, first.problem))
                        .set_type("unmet")
                        .set_description(format!("{}\nseed {}", all.join("\n"), self.seed));
                    status
                }
            };
            let case = TestCase::new(format!("session {}", session.conn.number), status);
            let at = suites.iter().position(|suite| suite.name.as_str() == route).unwrap_or_else(|| {
                let mut suite = TestSuite::new(route);
                suite.add_property(("seed", self.seed.to_string().as_str()));
                suites.push(suite);
                suites.len() - 1
            });
            suites[at].add_test_case(case);
        }
        let mut report = quick_junit::Report::new("mockforge verify");
        report.add_test_suites(suites);
        report.to_string()
    }
}
