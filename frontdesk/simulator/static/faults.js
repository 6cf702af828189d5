// The drawer of things that go wrong, and staff who answer from the clinic's phone.

import { icon } from "./elements.js";
import { post } from "./gateway.js";
import { label } from "./labels.js";

const SWITCHES = ["down", "die_before_answer", "forget"];
const by = (id) => document.getElementById(id);

// `clinic` is the one whose phone the drawer switches; `staff` tells whether a chat is open for staff to write in.
export function paintFaults(faults, { clinic, staff }) {
  const form = by("faults").querySelector("form");
  const deliver = faults.deliver || "normal";
  for (const radio of form.querySelectorAll("[name=deliver]")) radio.checked = radio.value === deliver;
  for (const name of SWITCHES) form.elements[name].checked = Boolean(faults[name]);
  const closed = Boolean(clinic) && clinic.state !== "open";
  form.elements.closed.checked = closed;
  by("closed-clinic").textContent = clinic ? clinic.title : "";
  const wrong = deliver !== "normal" || closed || SWITCHES.some((name) => faults[name]);
  by("fault-mark").replaceChildren(...(wrong ? [icon("warning")] : []));
  by("fault-mark").title = wrong ? label("faults") : "";
  by("staff-box").hidden = !staff;
}

// `findClinic` and `findChat` give what is open when a switch is used; `complain` takes errors.
export function connectFaults({ findClinic, findChat, complain }) {
  by("faults").addEventListener("change", ({ target }) => {
    if (!target.name) return;
    const change = target.name === "closed"
      ? post("control/connection", { instance: findClinic().name, state: target.checked ? "close" : "open" })
      : post("control/faults", { [target.name]: target.type === "radio" ? target.value : target.checked });
    change.catch(complain);
  });
  by("send-staff").addEventListener("click", async () => {
    const text = by("staff-text").value.trim();
    const { instance, contact } = findChat();
    if (!text) return;
    try {
      await post("control/staff_says", { instance, phone: contact.phone || contact.chat_id, text });
      by("staff-text").value = "";
      by("faults").close();
    } catch (error) {
      complain(error);
    }
  });
}
