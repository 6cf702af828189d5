// The page's own words in five languages. English is complete; a label missing elsewhere falls back to it.

const LABELS = {
  en: {
    chats: "Chats", newChat: "New chat", faults: "What goes wrong", clinic: "Clinic", allClinics: "All clinics",
    pageLanguage: "Page in", noChats: "No chats yet. Start one with +.", back: "Back to chats",
    thoughts: "What the system thought", conversation: "Conversation", chooseChat: "Choose a chat, or start a new one.",
    choices: "Answers offered", phrases: "Suggested phrases", phraseLanguage: "Language of the phrases",
    sendVoice: "Send a voice note", sendImage: "Send a picture", sendLocation: "Send a location", message: "Message",
    send: "Send", close: "Close", language: "Language", name: "Patient's name", phone: "Phone",
    randomPerson: "Somebody else", cancel: "Cancel", startChat: "Start chat", delivery: "Messages to the clinic arrive",
    deliverNormal: "normally", deliverLate: "late", deliverTwice: "twice", deliverOutOfOrder: "out of order",
    gateway: "The gateway", down: "is down", dieBeforeAnswer: "sends, then dies before it answers",
    forget: "has forgotten its history", phoneOff: "has lost the clinic's phone", staff: "Staff",
    staffSays: "Staff write from the clinic's phone", typing: "typing…", recording: "recording…", online: "online",
    voiceNote: "Voice note 0:04", image: "Picture", location: "Location", other: "Attachment", you: "You",
    assistant: "Assistant", staffMember: "Staff", today: "Today", yesterday: "Yesterday",
    PENDING: "waiting", SERVER_ACK: "sent", DELIVERY_ACK: "delivered to the clinic", READ: "read", ERROR: "refused",
    thoughtsNone: "Answers of this chat appear here with what led to them.",
    thoughtsUnavailable: "Unavailable: the simulator runs alone.", intent: "Intent", state: "State",
    relevance: "Relevance", context: "Earlier context", used: "used", notUsed: "left out", escalated: "To a person",
    yes: "yes", no: "no", followUp: "Follow-up", tools: "Tools", none: "none", timings: "Time", reasons: "Reasons",
    trace: "Trace", showThought: "What it thought", unread: "unread",
  },
  he: {
    chats: "שיחות", newChat: "שיחה חדשה", faults: "תקלות מדומות", clinic: "מרפאה", allClinics: "כל המרפאות",
    pageLanguage: "שפת הדף", noChats: "אין עדיין שיחות. פותחים אחת עם +.", back: "חזרה לשיחות",
    thoughts: "מה חשבה המערכת", conversation: "שיחה", chooseChat: "בחרו שיחה או פתחו חדשה.", choices: "תשובות מוצעות",
    phrases: "משפטים לדוגמה", phraseLanguage: "שפת המשפטים", sendVoice: "שליחת הודעה קולית", sendImage: "שליחת תמונה",
    sendLocation: "שליחת מיקום", message: "הודעה", send: "שליחה", close: "סגירה", language: "שפה", name: "שם המטופל",
    phone: "טלפון", randomPerson: "מישהו אחר", cancel: "ביטול", startChat: "פתיחת שיחה",
    delivery: "הודעות מגיעות למרפאה", deliverNormal: "כרגיל", deliverLate: "באיחור", deliverTwice: "פעמיים",
    deliverOutOfOrder: "לא לפי הסדר", gateway: "השער", down: "לא זמין", dieBeforeAnswer: "שולח ונופל לפני שענה",
    forget: "שכח את ההיסטוריה", phoneOff: "איבד את הטלפון של המרפאה", staff: "צוות",
    staffSays: "הצוות כותב מהטלפון של המרפאה", typing: "מקליד…", recording: "מקליט…", online: "מחובר",
    voiceNote: "הודעה קולית 0:04", image: "תמונה", location: "מיקום", other: "קובץ", you: "אתם", assistant: "העוזר",
    staffMember: "צוות", today: "היום", yesterday: "אתמול", PENDING: "ממתין", SERVER_ACK: "נשלח",
    DELIVERY_ACK: "נמסר למרפאה", READ: "נקרא", ERROR: "נדחה", thoughtsNone: "כאן יופיע מה הוביל לכל תשובה.",
    thoughtsUnavailable: "לא זמין: הסימולטור רץ לבדו.", intent: "כוונה", state: "מצב", relevance: "רלוונטיות",
    context: "הקשר קודם", used: "נכלל", notUsed: "הושמט", escalated: "הועבר לאדם", yes: "כן", no: "לא",
    followUp: "מעקב", tools: "כלים", none: "אין", timings: "זמן", reasons: "סיבות", trace: "מעקב בקשה",
    showThought: "מה המערכת חשבה", unread: "לא נקראו",
  },
  ru: {
    chats: "Чаты", newChat: "Новый чат", faults: "Сбои", clinic: "Клиника", allClinics: "Все клиники",
    pageLanguage: "Язык страницы", noChats: "Чатов пока нет. Начните с +.", back: "К чатам",
    thoughts: "Что думала система", conversation: "Разговор", chooseChat: "Выберите чат или начните новый.",
    choices: "Варианты ответа", phrases: "Примеры фраз", phraseLanguage: "Язык фраз",
    sendVoice: "Отправить голосовое", sendImage: "Отправить фото", sendLocation: "Отправить место", message: "Сообщение",
    send: "Отправить", close: "Закрыть", language: "Язык", name: "Имя пациента", phone: "Телефон",
    randomPerson: "Другой человек", cancel: "Отмена", startChat: "Начать чат", delivery: "Сообщения приходят в клинику",
    deliverNormal: "как обычно", deliverLate: "с опозданием", deliverTwice: "дважды",
    deliverOutOfOrder: "не по порядку", gateway: "Шлюз", down: "не работает",
    dieBeforeAnswer: "отправляет и падает, не ответив", forget: "забыл историю",
    phoneOff: "потерял телефон клиники", staff: "Сотрудники", staffSays: "Сотрудник пишет с телефона клиники",
    typing: "печатает…", recording: "записывает…", online: "в сети", voiceNote: "Голосовое 0:04", image: "Фото",
    location: "Место", other: "Вложение", you: "Вы", assistant: "Ассистент", staffMember: "Сотрудник",
    today: "Сегодня", yesterday: "Вчера", PENDING: "ждёт", SERVER_ACK: "отправлено",
    DELIVERY_ACK: "доставлено в клинику", READ: "прочитано", ERROR: "отклонено",
    thoughtsNone: "Здесь появится, что привело к каждому ответу.",
    thoughtsUnavailable: "Недоступно: симулятор запущен отдельно.", intent: "Намерение", state: "Состояние",
    relevance: "Связь с прежним", context: "Прежний контекст", used: "учтён", notUsed: "не учтён",
    escalated: "Передано человеку", yes: "да", no: "нет", followUp: "Вернуться к пациенту", tools: "Инструменты",
    none: "нет", timings: "Время", reasons: "Причины", trace: "Трассировка", showThought: "Что думала система",
    unread: "непрочитанных",
  },
  es: {
    chats: "Chats", newChat: "Nuevo chat", faults: "Fallos", clinic: "Clínica", allClinics: "Todas las clínicas",
    pageLanguage: "Idioma", noChats: "Aún no hay chats. Empiece uno con +.", back: "Volver a los chats",
    thoughts: "Qué pensó el sistema", conversation: "Conversación", chooseChat: "Elija un chat o empiece uno nuevo.",
    choices: "Respuestas ofrecidas", phrases: "Frases sugeridas", phraseLanguage: "Idioma de las frases",
    sendVoice: "Enviar nota de voz", sendImage: "Enviar foto", sendLocation: "Enviar ubicación", message: "Mensaje",
    send: "Enviar", close: "Cerrar", language: "Idioma", name: "Nombre del paciente", phone: "Teléfono",
    randomPerson: "Otra persona", cancel: "Cancelar", startChat: "Empezar", delivery: "Los mensajes llegan a la clínica",
    deliverNormal: "con normalidad", deliverLate: "tarde", deliverTwice: "dos veces", deliverOutOfOrder: "en desorden",
    gateway: "La pasarela", down: "está caída", dieBeforeAnswer: "envía y muere antes de contestar",
    forget: "ha olvidado su historial", phoneOff: "ha perdido el teléfono de la clínica", staff: "Personal",
    staffSays: "El personal escribe desde el teléfono de la clínica", typing: "escribiendo…", recording: "grabando…",
    online: "en línea", voiceNote: "Nota de voz 0:04", image: "Foto", location: "Ubicación", other: "Adjunto", you: "Tú",
    assistant: "Asistente", staffMember: "Personal", today: "Hoy", yesterday: "Ayer", PENDING: "pendiente",
    SERVER_ACK: "enviado", DELIVERY_ACK: "entregado a la clínica", READ: "leído", ERROR: "rechazado",
    thoughtsNone: "Aquí aparece qué llevó a cada respuesta.", thoughtsUnavailable: "No disponible: el simulador funciona solo.",
    intent: "Intención", state: "Estado", relevance: "Relevancia", context: "Contexto anterior", used: "usado",
    notUsed: "omitido", escalated: "A una persona", yes: "sí", no: "no", followUp: "Seguimiento", tools: "Herramientas",
    none: "ninguna", timings: "Tiempo", reasons: "Motivos", trace: "Traza", showThought: "Qué pensó", unread: "sin leer",
  },
  pt: {
    chats: "Conversas", newChat: "Nova conversa", faults: "Falhas", clinic: "Clínica", allClinics: "Todas as clínicas",
    pageLanguage: "Idioma", noChats: "Ainda não há conversas. Comece com +.", back: "Voltar às conversas",
    thoughts: "O que o sistema pensou", conversation: "Conversa", chooseChat: "Escolha uma conversa ou comece outra.",
    choices: "Respostas oferecidas", phrases: "Frases sugeridas", phraseLanguage: "Idioma das frases",
    sendVoice: "Enviar áudio", sendImage: "Enviar foto", sendLocation: "Enviar localização", message: "Mensagem",
    send: "Enviar", close: "Fechar", language: "Idioma", name: "Nome do paciente", phone: "Telefone",
    randomPerson: "Outra pessoa", cancel: "Cancelar", startChat: "Começar", delivery: "As mensagens chegam à clínica",
    deliverNormal: "normalmente", deliverLate: "atrasadas", deliverTwice: "duas vezes",
    deliverOutOfOrder: "fora de ordem", gateway: "O gateway", down: "está fora do ar",
    dieBeforeAnswer: "envia e morre antes de responder", forget: "esqueceu o histórico",
    phoneOff: "perdeu o telefone da clínica", staff: "Equipe", staffSays: "A equipe escreve pelo telefone da clínica",
    typing: "digitando…", recording: "gravando…", online: "on-line", voiceNote: "Áudio 0:04", image: "Foto",
    location: "Localização", other: "Anexo", you: "Você", assistant: "Assistente", staffMember: "Equipe", today: "Hoje",
    yesterday: "Ontem", PENDING: "pendente", SERVER_ACK: "enviada", DELIVERY_ACK: "entregue à clínica", READ: "lida",
    ERROR: "recusada", thoughtsNone: "Aqui aparece o que levou a cada resposta.",
    thoughtsUnavailable: "Indisponível: o simulador está sozinho.", intent: "Intenção", state: "Estado",
    relevance: "Relevância", context: "Contexto anterior", used: "usado", notUsed: "deixado de fora",
    escalated: "Para uma pessoa", yes: "sim", no: "não", followUp: "Acompanhamento", tools: "Ferramentas",
    none: "nenhuma", timings: "Tempo", reasons: "Motivos", trace: "Rastro", showThought: "O que pensou",
    unread: "não lidas",
  },
};

let language = "en";

export function label(name) {
  return LABELS[language][name] || LABELS.en[name] || name;
}

export function currentLanguage() {
  return language;
}

// Puts the words of a language into every element that names one.
export function speak(chosen) {
  language = LABELS[chosen] ? chosen : "en";
  document.documentElement.lang = language;
  document.documentElement.dir = language === "he" ? "rtl" : "ltr";
  for (const node of document.querySelectorAll("[data-label]")) node.textContent = label(node.dataset.label);
  for (const node of document.querySelectorAll("[data-aria]")) node.setAttribute("aria-label", label(node.dataset.aria));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = label(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-title]")) {
    node.title = label(node.dataset.title);
    node.setAttribute("aria-label", label(node.dataset.title));
  }
}
