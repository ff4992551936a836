import { columnKey } from './csv-columns.ts';

/**
 * How people and programs call columns, in English, German, Italian, French and Spanish. Written without accents; `_` stands for
 * whatever is between words.
 */
const names: readonly (readonly [target: string, names: string])[] = [
  [
    'contact.email',
    'email e_mail mail email_address e_mail_address mail_address email_adresse e_mail_adresse mailadresse emailadresse ' +
      'indirizzo_email indirizzo_e_mail indirizzo_di_posta_elettronica posta_elettronica adresse_email adresse_e_mail adresse_mail ' +
      'courriel adresse_electronique correo correo_electronico direccion_de_correo direccion_email',
  ],
  [
    'contact.externalId',
    'contact_id external_id person_id id contact_number kontakt_id kontaktnummer kontakt_nr personen_id id_contatto codice_contatto ' +
      'id_contact identifiant id_contacto codigo_contacto',
  ],
  ['contact.firstName', 'first_name firstname given_name forename vorname nome prenom nombre nombre_de_pila'],
  [
    'contact.lastName',
    'last_name lastname surname family_name nachname familienname zuname cognome nom nom_de_famille apellido apellidos',
  ],
  ['contact.title', 'title academic_title titel akademischer_titel titolo titre titulo'],
  [
    'contact.salutation',
    'salutation greeting anrede briefanrede appellativo formula_di_saluto civilite formule tratamiento saludo',
  ],
  ['contact.language', 'language lang locale sprache lingua langue idioma'],
  ['contact.timeZone', 'time_zone timezone tz zeitzone fuso_orario fuseau_horaire zona_horaria'],
  [
    'contact.newsletter',
    'newsletter newsletter_consent opt_in optin consent subscribed newsletter_ja_nein newsletter_bestellt einwilligung consenso ' +
      'iscritto consentement abonne inscrit consentimiento suscrito boletin',
  ],
  [
    'contact.newsletterAt',
    'newsletter_at newsletter_since newsletter_date opt_in_date consent_date subscribed_at newsletter_seit newsletter_datum ' +
      'einwilligung_am bestellt_am data_consenso data_iscrizione date_consentement date_inscription fecha_consentimiento fecha_suscripcion',
  ],
  [
    'contact.newsletterHow',
    'newsletter_how newsletter_source opt_in_source consent_source newsletter_quelle einwilligung_durch fonte_consenso ' +
      'origine_consentement origen_consentimiento',
  ],
  [
    'contact.newsletterWording',
    'newsletter_wording consent_wording consent_text einwilligungstext testo_consenso texte_consentement',
  ],
  [
    'customer.name',
    'customer customer_name company company_name organisation organization account kunde kundenname firma firmenname unternehmen ' +
      'organisation azienda ditta cliente ragione_sociale nome_cliente societe entreprise client nom_du_client empresa compania ' +
      'nombre_del_cliente razon_social',
  ],
  [
    'customer.externalId',
    'customer_id customer_number customer_no account_number account_id kundennummer kunden_nr kundennr kunden_id codice_cliente ' +
      'numero_cliente id_cliente numero_client numero_de_client code_client id_client codigo_cliente numero_de_cliente',
  ],
  [
    'customer.attributes.agent',
    'agent sales_agent account_manager sales_rep betreuer kundenbetreuer vertreter aussendienst agente venditore rappresentante ' +
      'commercial representant agente_comercial vendedor',
  ],
  [
    'customer.attributes.category',
    'category customer_category kategorie kundenkategorie categoria categorie',
  ],
  ['customer.attributes.group', 'group customer_group gruppe kundengruppe gruppo groupe grupo'],
];

const targets = new Map(names.flatMap(([target, list]) => list.split(' ').map((name) => [name, target])));

/** What a column of this name usually means, as mappings write it; null when nothing is known. */
export function targetOfName(written: string): string | null {
  return targets.get(plainKey(written)) ?? null;
}

/** For names of things that a file is about as a whole: `name`, `title`, `link`, and the id of a record. */
export function plainKey(written: string): string {
  return columnKey(written.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ß', 'ss'));
}
