// Invented people and neutral first phrases in the five languages. Nobody's real name or number.

export const LANGUAGES = [["en", "English"], ["he", "עברית"], ["ru", "Русский"], ["es", "Español"], ["pt", "Português"]];

const PEOPLE = {
  en: { prefix: "1202555", digits: 4, from: 100, to: 199, given: ["Alice", "Tom", "Grace", "Daniel", "Ruth"], family: ["Carter", "Hill", "Moore", "Bennett", "Reed"] },
  he: { prefix: "97255000", digits: 4, from: 100, to: 9999, given: ["נועה", "יואב", "תמר", "איתי", "מיכל"], family: ["לוי", "ברק", "שגיא", "אלון", "רגב"] },
  ru: { prefix: "7900000", digits: 4, from: 100, to: 9999, given: ["Женя", "Саша", "Валя", "Слава", "Паша"], family: ["Шевченко", "Дурново", "Кличко", "Седых", "Черных"] },
  es: { prefix: "3460000", digits: 4, from: 100, to: 9999, given: ["Marta", "Luis", "Elena", "Pablo", "Carmen"], family: ["Ruiz", "Vega", "Molina", "Serrano", "Prieto"] },
  pt: { prefix: "552190000", digits: 4, from: 100, to: 9999, given: ["Rafael", "Beatriz", "Caio", "Lívia", "Davi"], family: ["Moraes", "Prado", "Teixeira", "Barros", "Nunes"] },
};

export const PHRASES = {
  en: ["Hello!", "I'd like to book an appointment", "How much does it cost?", "When are you open?", "Where are you?", "I need to move my appointment", "I'd like to talk to a person"],
  he: ["שלום!", "אני רוצה לקבוע תור", "כמה זה עולה?", "מתי אתם פתוחים?", "איפה אתם נמצאים?", "אני צריכה להזיז את התור", "אפשר לדבר עם נציג?"],
  ru: ["Здравствуйте!", "Хочу записаться на приём", "Сколько это стоит?", "Когда вы работаете?", "Где вы находитесь?", "Нужно перенести запись", "Можно поговорить с человеком?"],
  es: ["¡Hola!", "Quiero pedir una cita", "¿Cuánto cuesta?", "¿Qué horario tienen?", "¿Dónde están?", "Necesito cambiar mi cita", "Quiero hablar con una persona"],
  pt: ["Olá!", "Quero marcar uma consulta", "Quanto custa?", "Qual é o horário?", "Onde vocês ficam?", "Preciso remarcar minha consulta", "Quero falar com uma pessoa"],
};

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

export function inventPerson(language) {
  const people = PEOPLE[language] || PEOPLE.en;
  const number = people.from + Math.floor(Math.random() * (people.to - people.from + 1));
  return {
    name: `${pick(people.given)} ${pick(people.family)}`,
    phone: `+${people.prefix}${String(number).padStart(people.digits, "0")}`,
    language,
  };
}

const LIST_LINE = /^\s*(\d{1,2})(?:[.)]|\ufe0f?\u20e3)\s*(\S.*)$/u;

// The numbered list a message ends with (one closing line may follow it), as [{number, title}].
export function findChoices(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length && !LIST_LINE.test(lines[lines.length - 1])) lines.pop();
  const choices = [];
  while (lines.length) {
    const match = LIST_LINE.exec(lines.pop());
    if (!match) break;
    choices.unshift({ number: match[1], title: match[2].replaceAll("*", "").trim() });
  }
  return choices.length > 1 ? choices : [];
}
