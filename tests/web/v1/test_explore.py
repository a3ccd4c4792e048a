import time, json
from tests.web.v1.programs import *
from app.commands import acceptances
def test_x(desk, channel, app):
    t=time.time()
    case = desk.customer()
    print("setup customer", time.time()-t)
    p = desk.program
    def show(r): print(r.status_code, r.mimetype, r.text[:900])
    show(p.get(of(case,"acceptance?expand=next")))
    show(p.post("/v1/eligibility", {"customerId": str(case.machine.customer_id), "operation":"new-purchase"}))
    show(p.post(of(case,"orders"), {"lineItems":[{"offerId":"A","quantity":1}]}))
    show(p.post(of(case,"agreements"), confirmation()))
    show(p.post(of(case,"agreements"), confirmation()))
    show(p.post(of(case,"orders"), {"lineItems":[{"offerId":"A","quantity":1}]}))
    show(p.post("/v1/eligibility", {"customerId": str(case.machine.customer_id), "operation":"new-purchase"}))
    show(p.post(of(case,"invitations"), {"kind":"agreement"}))
    show(Program(app).post(of(case,"invitations"), {"kind":"agreement"}))
    show(p.post("/v1/customers/x/invitations", {"kind":"agreement"}))
    show(p.get("/v1/customers/x/invitations"))
    show(p.get(of(case,"invitations")))
    show(p.post(of(case,"agreements"), {"x":"y"*1000000}))
    show(p.post(of(case,"agreements"), confirmation(primaryContact=MARIA|{"firstName":"x\ud800"})))
    show(p.post(of(case,"agreements"), confirmation(dateAgreed="0001-01-01T00:00:00", primaryContact=MARIA|{"firstName":"Eva"})))
    show(p.get(of(case,"acceptance")))
    c2 = channel.customer()
    r = program(app, channel.rita)
    show(r.post(of(c2,"agreements"), confirmation()))
    show(r.post(of(c2,"attestationdrafts"), confirmation()))
    show(r.get("/v1/attestationdrafts"))
    c3=desk.customer()
    q=[{"customerId": str(c3.machine.customer_id), "operation":"new-purchase"}]*1000
    t=time.time()
    a=p.post("/v1/eligibility", {"questions":q}); print(a.status_code, len(json.dumps({"questions":q})), time.time()-t)
    q=q[:500]
    t=time.time()
    a=p.post("/v1/eligibility", {"questions":q}); print(a.status_code, a.text[:300], time.time()-t)
    t=time.time(); checksums(); print("checksums", time.time()-t)
