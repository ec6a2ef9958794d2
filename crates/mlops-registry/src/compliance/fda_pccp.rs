use super::framework::Requirement;
use super::question::Question as Q;

/// By the three parts of a plan, and the record of a change that was made under it.
pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        id: "fda-pccp/authorization",
        section: "FD&C Act, section 515C: plan authorized with the device",
        asks: "that there is an authorized plan that covers this change",
        by: &[],
    },
    Requirement {
        id: "fda-pccp/description",
        section: "Description of Modifications",
        asks: "what is changed, and that it is one of the changes that were planned",
        by: &[Q::Description],
    },
    Requirement {
        id: "fda-pccp/description-use",
        section: "Description of Modifications: within the intended use",
        asks: "the intended use and its users",
        by: &[Q::Purpose],
    },
    Requirement {
        id: "fda-pccp/description-interface",
        section: "Description of Modifications: inputs and outputs",
        asks: "what the function takes and gives, before and after",
        by: &[Q::Schema],
    },
    Requirement {
        id: "fda-pccp/protocol-data",
        section: "Modification Protocol: data management practices",
        asks: "which data it was trained and tested on, to the byte",
        by: &[Q::Data],
    },
    Requirement {
        id: "fda-pccp/protocol-representative",
        section: "Modification Protocol: data management practices, representative data",
        asks: "that the data represent the patients, and reference standards are sound",
        by: &[],
    },
    Requirement {
        id: "fda-pccp/protocol-retraining",
        section: "Modification Protocol: re-training practices",
        asks: "how it was trained, so that it can be repeated",
        by: &[Q::Run, Q::Sources],
    },
    Requirement {
        id: "fda-pccp/protocol-evaluation",
        section: "Modification Protocol: performance evaluation",
        asks: "acceptance criteria that were set beforehand, and met",
        by: &[Q::Policy, Q::Verdicts],
    },
    Requirement {
        id: "fda-pccp/protocol-update",
        section: "Modification Protocol: update procedures",
        asks: "who let the update go, and that what runs is what was approved",
        by: &[Q::Approvals, Q::Deployed, Q::Signature],
    },
    Requirement {
        id: "fda-pccp/protocol-rollback",
        section: "Modification Protocol: update procedures, when criteria are not met",
        asks: "a version to go back to",
        by: &[Q::Rollback],
    },
    Requirement {
        id: "fda-pccp/protocol-monitoring",
        section: "Modification Protocol: update procedures, monitoring in use",
        asks: "performance in use, looked at",
        by: &[Q::Monitoring],
    },
    Requirement {
        id: "fda-pccp/protocol-transparency",
        section: "Modification Protocol: update procedures, transparency to users",
        asks: "what users are told of the update",
        by: &[Q::Card],
    },
    Requirement {
        id: "fda-pccp/impact-risk",
        section: "Impact Assessment: benefits and risks of the modification",
        asks: "how the version compares with the one before, and whom it may harm",
        by: &[Q::Limits, Q::Harm],
    },
    Requirement {
        id: "fda-pccp/impact-cumulative",
        section: "Impact Assessment: modifications taken together",
        asks: "what the changes so far amount to",
        by: &[],
    },
    Requirement {
        id: "fda-pccp/records",
        section: "Quality system: version control and records of modifications",
        asks: "each version and change on record, and proof of it",
        by: &[Q::Registration, Q::Log],
    },
];
