use super::framework::Requirement;
use super::question::Question as Q;

/// By the sections of the guidance.
pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        id: "sr-11-7/4-purpose",
        section: "IV. Model Development, Implementation, and Use: purpose and design",
        asks: "what the model is for, and what it takes and gives",
        by: &[Q::Purpose, Q::Schema],
    },
    Requirement {
        id: "sr-11-7/4-data",
        section: "IV. Model Development, Implementation, and Use: data",
        asks: "which data it was made from, to the byte, and of what time",
        by: &[Q::Data],
    },
    Requirement {
        id: "sr-11-7/4-testing",
        section: "IV. Model Development, Implementation, and Use: testing",
        asks: "how it was made, so that it can be made again, and what it was measured by",
        by: &[Q::Run, Q::Sources],
    },
    Requirement {
        id: "sr-11-7/4-limits",
        section: "IV. Model Development, Implementation, and Use: limitations and assumptions",
        asks: "where the model is not to be relied on",
        by: &[Q::Limits],
    },
    Requirement {
        id: "sr-11-7/5-independence",
        section: "V. Model Validation: independence",
        asks: "validation and approval by others than those who made it",
        by: &[Q::Separation],
    },
    Requirement {
        id: "sr-11-7/5-soundness",
        section: "V. Model Validation: evaluation of conceptual soundness",
        asks: "a judgement of design and construction by someone who is qualified",
        by: &[],
    },
    Requirement {
        id: "sr-11-7/5-verdicts",
        section: "V. Model Validation: evidence before use",
        asks: "each check that policy asks for, passed on these very bytes",
        by: &[Q::Policy, Q::Verdicts],
    },
    Requirement {
        id: "sr-11-7/5-monitoring",
        section: "V. Model Validation: ongoing monitoring",
        asks: "windows of predictions that were looked at while it was in service",
        by: &[Q::Monitoring],
    },
    Requirement {
        id: "sr-11-7/5-outcomes",
        section: "V. Model Validation: outcomes analysis",
        asks: "a comparison of answers with what came true",
        by: &[Q::Outcomes],
    },
    Requirement {
        id: "sr-11-7/6-board",
        section: "VI. Governance, Policies, and Controls: board of directors and senior management",
        asks: "that they know of the model's risk and have set a limit to it",
        by: &[],
    },
    Requirement {
        id: "sr-11-7/6-policies",
        section: "VI. Governance, Policies, and Controls: policies and procedures",
        asks: "rules of what it takes to use a model, set beforehand",
        by: &[Q::Policy],
    },
    Requirement {
        id: "sr-11-7/6-roles",
        section: "VI. Governance, Policies, and Controls: roles and responsibilities",
        asks: "who answers for the model, who made it, who approved it",
        by: &[Q::Owner, Q::Approvals],
    },
    Requirement {
        id: "sr-11-7/6-audit",
        section: "VI. Governance, Policies, and Controls: internal audit",
        asks: "records that nobody can rewrite unnoticed",
        by: &[Q::Log],
    },
    Requirement {
        id: "sr-11-7/6-exceptions",
        section: "VI. Governance, Policies, and Controls: exceptions to policy",
        asks: "each use without approval explained, limited and reviewed",
        by: &[Q::Emergencies],
    },
    Requirement {
        id: "sr-11-7/6-external",
        section: "VI. Governance, Policies, and Controls: external resources; V. validation of vendor products",
        asks: "that what others have made is understood and validated as well",
        by: &[],
    },
    Requirement {
        id: "sr-11-7/6-inventory",
        section: "VI. Governance, Policies, and Controls: model inventory",
        asks: "an entry for the model, and where each version stands",
        by: &[Q::Registration],
    },
    Requirement {
        id: "sr-11-7/6-documentation",
        section: "VI. Governance, Policies, and Controls: documentation",
        asks: "enough that someone who does not know the model can understand it",
        by: &[Q::Card],
    },
];
