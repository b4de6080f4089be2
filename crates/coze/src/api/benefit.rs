//! Plans, limits of devices, and bills.

use coze_types::benefit::{
    CreateBenefitLimitation, CreateBillTask, ListBenefitLimitations, ListBillTasks, RetrieveBenefits,
    UpdateBenefitLimitation,
};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// What an account may use.
    #[doc(alias = "commerces")]
    Benefits, by Coze::benefits
}

impl Benefits {
    /// Reads the plan of the account, and how often it may call the API: see [`RetrieveBenefits`].
    pub fn retrieve(&self, request: RetrieveBenefits) -> Call<RetrieveBenefits> {
        self.client.send(request)
    }
}

handle! {
    /// Limits on what the devices of an enterprise may use.
    #[doc(alias = "limitations")]
    BenefitLimitations, by Coze::benefit_limitations
}

impl BenefitLimitations {
    /// Sets a limit: see [`CreateBenefitLimitation`].
    pub fn create(&self, request: CreateBenefitLimitation) -> Call<CreateBenefitLimitation> {
        self.client.send(request)
    }

    /// Lists limits: see [`ListBenefitLimitations`].
    pub fn list(&self, request: ListBenefitLimitations) -> Call<ListBenefitLimitations> {
        self.client.send(request)
    }

    /// Changes a limit: see [`UpdateBenefitLimitation`].
    pub fn update(&self, request: UpdateBenefitLimitation) -> Call<UpdateBenefitLimitation> {
        self.client.send(request)
    }
}

handle! {
    /// Bills of what the devices of an enterprise have used.
    #[doc(alias = "bills")]
    BillTasks, by Coze::bill_tasks
}

impl BillTasks {
    /// Has a bill written into files: see [`CreateBillTask`].
    pub fn create(&self, request: CreateBillTask) -> Call<CreateBillTask> {
        self.client.send(request)
    }

    /// Lists tasks that write bills, with the addresses of the files: see [`ListBillTasks`].
    pub fn list(&self, request: ListBillTasks) -> Call<ListBillTasks> {
        self.client.send(request)
    }
}
