// The dialog that starts a chat: which clinic, and who writes.

import { inventPerson } from "./phrases.js";

const by = (id) => document.getElementById(id);

function fillPerson() {
  const person = inventPerson(by("new-language").value);
  by("new-name").value = person.name;
  by("new-phone").value = person.phone;
}

export function offerNewChat(clinic) {
  if (clinic) {
    by("new-clinic").value = clinic.name;
    by("new-language").value = clinic.language;
  }
  fillPerson();
  by("new-chat").showModal();
  by("new-name").select();
}

// `start` is called with the contact of the new chat; `findLanguage` gives the language of a clinic by name.
export function connectNewChat({ start, findLanguage }) {
  by("new-clinic").addEventListener("change", ({ target }) => {
    by("new-language").value = findLanguage(target.value);
    fillPerson();
  });
  by("new-language").addEventListener("change", fillPerson);
  by("random-person").addEventListener("click", fillPerson);
  by("cancel-new-chat").addEventListener("click", () => by("new-chat").close());
  by("new-chat-form").addEventListener("submit", () => {
    const phone = by("new-phone").value.replace(/\D/gu, "");
    start({
      instance: by("new-clinic").value,
      chat_id: phone,
      phone,
      lid: null,
      push_name: by("new-name").value.trim(),
      language: by("new-language").value,
    });
  });
}
