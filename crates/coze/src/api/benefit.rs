//! Plans, limits of devices, and bills.

use coze_types::benefit::{
    CreateBenefitLimitation, CreateBillTask, ListBenefitLimitations, ListBillTasks, RetrieveBenefits,
    UpdateBenefitLimitation,
};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Benefits: what an account may use.
    #[doc(alias = "commerces")]
    Benefits, by Coze::benefits
}

impl Benefits {
    /// Retrieves the plan of the account and its rate limits: see [`RetrieveBenefits`].
    ///
    /// Awaiting the call returns [`Benefits`](crate::benefit::Benefits).
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
    ///
    /// Awaiting the call returns [`BenefitLimitation`](crate::benefit::BenefitLimitation).
    pub fn create(&self, request: CreateBenefitLimitation) -> Call<CreateBenefitLimitation> {
        self.client.send(request)
    }

    /// Lists limits: see [`ListBenefitLimitations`].
    ///
    /// Awaiting the call returns one page, [`BenefitLimitationPage`](crate::benefit::BenefitLimitationPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListBenefitLimitations) -> Call<ListBenefitLimitations> {
        self.client.send(request)
    }

    /// Changes a limit: see [`UpdateBenefitLimitation`].
    ///
    /// Awaiting the call returns nothing.
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
    /// Starts a task that writes a bill to files: see [`CreateBillTask`].
    ///
    /// Awaiting the call returns [`BillTask`](crate::benefit::BillTask).
    pub fn create(&self, request: CreateBillTask) -> Call<CreateBillTask> {
        self.client.send(request)
    }

    /// Lists tasks that write bills, with the URLs of the files: see [`ListBillTasks`].
    ///
    /// Awaiting the call returns one page, [`BillTaskPage`](crate::benefit::BillTaskPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListBillTasks) -> Call<ListBillTasks> {
        self.client.send(request)
    }
}
