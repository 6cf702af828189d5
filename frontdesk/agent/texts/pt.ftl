# O que um paciente pode ler quando o pedido não pode seguir como está. Sem identificadores nem nomes de campos.
which-doctor = Com qual médico você gostaria de marcar?
doctor-not-offered = Este médico não faz esse tratamento, mas posso procurar outro que faça.
which-service = De qual tratamento você precisa?
which-appointment = De qual das suas consultas você está falando?
appointment-cancelled = Essa consulta já foi cancelada, por isso não posso alterá-la.
appointment-past = Essa consulta já passou, por isso não posso alterá-la.
which-day = Qual dia é melhor para você?
day-past = Esse dia já passou.
day-too-far = Só posso marcar com até um ano de antecedência.
clinic-closed = A clínica está fechada nesse dia.
doctor-off = O médico não atende nesse dia.
which-time = Qual horário é melhor para você?
time-past = Esse horário já passou.
time-outside = Nesse horário a consulta não cabe no expediente.
offer-to-check = Posso verificar para você: { $options }.
our-mistake = Desculpe, preciso verificar uma coisa do nosso lado primeiro. Um momento, por favor.
