use super::framework::Requirement;
use super::question::Question as Q;

/// By the steps of a change, from the request to the review afterwards.
pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        id: "sox/302-certification",
        section: "SOX section 302: responsibility of those who certify",
        asks: "that those who sign the report have evaluated the controls",
        by: &[],
    },
    Requirement {
        id: "sox/404-scope",
        section: "SOX section 404; AS 2201.21 to .41: top-down selection of controls",
        asks: "whether the model bears on a significant account",
        by: &[],
    },
    Requirement {
        id: "sox/bai06.01-request",
        section: "COBIT BAI06.01: evaluate, prioritize and authorize change requests",
        asks: "a request for the change, and its approval before it was made",
        by: &[Q::Request, Q::Approvals],
    },
    Requirement {
        id: "sox/bai06.01-description",
        section: "COBIT BAI06.01: impact of the change",
        asks: "what is different from the version before, and how far it goes",
        by: &[Q::Description],
    },
    Requirement {
        id: "sox/coso-10-duties",
        section: "COSO principle 10: segregation of duties",
        asks: "that nobody has approved what they made",
        by: &[Q::Separation],
    },
    Requirement {
        id: "sox/coso-11-access",
        section: "COSO principle 11; AS 2201.B29: access to programs",
        asks: "who may change, approve and deploy, by grants on record",
        by: &[Q::Access],
    },
    Requirement {
        id: "sox/coso-12-policy",
        section: "COSO principle 12: policies and procedures",
        asks: "rules of a change that were set before it",
        by: &[Q::Policy],
    },
    Requirement {
        id: "sox/bai07.05-acceptance",
        section: "COBIT BAI07.05: perform acceptance tests",
        asks: "tests that passed on what was then put into production",
        by: &[Q::Verdicts],
    },
    Requirement {
        id: "sox/bai07.06-release",
        section: "COBIT BAI07.06: promote to production and manage releases",
        asks: "that what is in production is to the byte what was approved",
        by: &[Q::Deployed, Q::Signature],
    },
    Requirement {
        id: "sox/bai07.01-fallback",
        section: "COBIT BAI07.01: fallback and recovery",
        asks: "a version to go back to, whose file is there",
        by: &[Q::Rollback],
    },
    Requirement {
        id: "sox/bai06.02-emergency",
        section: "COBIT BAI06.02: manage emergency changes",
        asks: "each emergency explained, and reviewed afterwards",
        by: &[Q::Emergencies],
    },
    Requirement {
        id: "sox/as2201-b29-baseline",
        section: "AS 2201.B28 to .B33: program changes and the benchmark of automated controls",
        asks: "which sources the version came from, without changes that nobody has recorded",
        by: &[Q::Sources],
    },
    Requirement {
        id: "sox/bai06.04-documentation",
        section: "COBIT BAI06.04: close and document the changes",
        asks: "that the change is documented where users find it",
        by: &[Q::Card],
    },
    Requirement {
        id: "sox/bai07.08-review",
        section: "COBIT BAI07.08: perform a post-implementation review",
        asks: "a look at how it does in production",
        by: &[Q::Monitoring],
    },
    Requirement {
        id: "sox/802-retention",
        section: "SOX section 802: retention of records",
        asks: "records that are kept whole, and proof of it",
        by: &[Q::Log],
    },
];
