"""An invented clinic file: two clinics of one organization that share a service."""

from __future__ import annotations

from typing import Final

TWO_CLINICS: Final = """\
schema: clinic-fixture/1
organization: {key: vale, id: 11111111-0000-4000-8000-000000000001, name: Vale Care}
clinics:
  - key: north
    id: 11111111-0000-4000-8000-000000000011
    name: {en: Vale North, es: Vale Norte}
    timezone: Europe/Berlin
    currency: EUR
    default_language: en
    whatsapp_instance: vale-north
    phone: "+49-30-555-0100"
    emergency_number: 112
    staff:
      - {name: Second, phone: "+49-30-555-0108"}
      - {name: First, phone: "+49-30-555-0109", language: en, on_call: true}
    parking: {en: Behind the house}
    hours: {mon: [["08:00", "12:00"], ["13:00", "18:00"]], tue: [["08:00", "18:00"]], wed: [["08:00", "18:00"]], sun: [["01:00", "06:00"]]}
    holidays: [{date: "2026-05-05", name: {en: Local feast}}]
  - key: south
    id: 11111111-0000-4000-8000-000000000012
    name: {es: Vale Sur}
    timezone: Europe/Madrid
    currency: EUR
    default_language: es
    hours: {mon: [["9:00", "14:00"]], fri: [["09:00", "14:00"]]}
    rooms: 3
doctors:
  - key: reed
    id: 11111111-0000-4000-8000-000000000021
    clinic: north
    name: {en: Dr. Reed}
    aliases: {en: [reed]}
    languages: [en, fr]
    services: [hearing, fitting]
    hours: {mon: [["08:00", "18:00"]], tue: [["10:00", "16:00"]], sun: [["01:00", "06:00"]]}
    time_off: [{from: "2026-03-16", to: "2026-03-18"}]
  - key: stone
    id: 11111111-0000-4000-8000-000000000022
    clinic: north
    name: {en: Dr. Stone}
    services: [hearing]
    hours: {mon: [["08:00", "18:00"]], wed: [["08:00", "18:00"]]}
  - key: luz
    id: 11111111-0000-4000-8000-000000000023
    clinic: south
    name: {es: Dra. Luz}
    services: [fitting]
    hours: {mon: [["09:00", "14:00"]], fri: [["09:00", "14:00"]]}
services:
  - key: hearing
    id: 11111111-0000-4000-8000-000000000031
    duration_min: 30
    prices: {north: 80}
    name: {en: Hearing test, es: Prueba de audición}
    aliases: {en: [hearing check]}
  - key: fitting
    id: 11111111-0000-4000-8000-000000000032
    duration_min: 60
    prices: {north: 120.50, south: 90}
    name: {en: Fitting, es: Ajuste}
patients:
  - {key: ada, id: 11111111-0000-4000-8000-000000000041, name: Ada Moor, phone: "+49-30-555-0101", language: en, clinic: north}
  - {key: ben, id: 11111111-0000-4000-8000-000000000042, name: Ben Vale, phone: "+34-91-555-0102", language: es, clinic: south}
appointments:
  - {id: 11111111-0000-4000-8000-000000000051, patient: ada, doctor: reed, service: hearing, start: "2026-03-09T09:00", status: booked}
  - {id: 11111111-0000-4000-8000-000000000052, patient: ada, doctor: stone, service: hearing, start: "2026-03-04T09:00", status: cancelled}
  - {id: 11111111-0000-4000-8000-000000000053, patient: ben, doctor: luz, service: fitting, start: "2026-03-09T09:00", status: confirmed}
"""
